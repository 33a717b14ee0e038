package io.millrace.local.chaos.fault;

import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.StackFile;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionEncoder;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.methods.response.EthSendTransaction;
import org.web3j.protocol.http.HttpService;

/**
 * The L2's state grows by contracts of the largest size there may be, and is then written down
 * whole: the newest block is replaced, so that what was written before is another chain's.
 */
final class LargeNodeState {

    private static final int CONTRACTS = 24;
    private static final BigInteger GAS = BigInteger.valueOf(7_000_000);
    private static final int MINING_SECONDS = 30;

    /** Ordinary: what is paid here is what the settler is told to pay next. */
    private static final BigInteger TIP_WEI = BigInteger.valueOf(1_000_000_000);

    /** EIP-170. */
    private static final int CODE_BYTES = 24_576;

    /** Copies what follows it and returns that: CODECOPY(0, 15, CODE_BYTES), RETURN. */
    private static final String INIT = "61600061000f6000396160006000f3";

    private LargeNodeState() {}

    /**
     * Returns {@code laterMillis} after the copy has had to begin.
     *
     * @param seed of what the contracts hold
     */
    static void beingCopied(StackFile stack, long seed, long laterMillis) throws Exception {
        grow(stack, new Random(seed));
        try (EvmSession chain = new EvmSession(stack.rpcUrl(), stack.chainId())) {
            chain.reorganise(1, List.of());
        }
        TimeUnit.MILLISECONDS.sleep(laterMillis);
    }

    /** By the last requester, who does nothing else on chain. Returns once they are mined. */
    private static void grow(StackFile stack, Random random) throws Exception {
        StackFile.Account payer = stack.requesters().get(stack.requesters().size() - 1);
        Credentials key = Credentials.create(Hex.encode(KeyFile.read(Path.of(payer.keyFile()))));
        Web3j node = Web3j.build(new HttpService(stack.rpcUrl()));
        try {
            BigInteger nonce = nonce(node, payer);
            BigInteger price = node.ethGasPrice().send().getGasPrice().shiftLeft(1);
            for (int i = 0; i < CONTRACTS; i++) {
                RawTransaction creation =
                        RawTransaction.createTransaction(
                                stack.chainId(),
                                nonce.add(BigInteger.valueOf(i)),
                                GAS,
                                "",
                                BigInteger.ZERO,
                                initCode(random),
                                TIP_WEI,
                                price.add(TIP_WEI));
                send(node, TransactionEncoder.signMessage(creation, key));
            }
            BigInteger mined = nonce.add(BigInteger.valueOf(CONTRACTS));
            for (int second = 0;
                    second < MINING_SECONDS && nonce(node, payer).compareTo(mined) < 0;
                    second++) {
                TimeUnit.SECONDS.sleep(1);
            }
        } finally {
            node.shutdown();
        }
    }

    private static BigInteger nonce(Web3j node, StackFile.Account payer) throws IOException {
        return node.ethGetTransactionCount(payer.address(), DefaultBlockParameterName.LATEST)
                .send()
                .getTransactionCount();
    }

    private static void send(Web3j node, byte[] signed) throws IOException {
        EthSendTransaction answer = node.ethSendRawTransaction(Hex.encode(signed)).send();
        if (answer.hasError()) {
            throw new IOException("the node refused: " + answer.getError().getMessage());
        }
    }

    private static String initCode(Random random) {
        byte[] code = new byte[CODE_BYTES];
        random.nextBytes(code);
        code[0] = 0; // EIP-3541 refuses code that begins with 0xef
        return "0x" + INIT + HexFormat.of().formatHex(code);
    }
}
