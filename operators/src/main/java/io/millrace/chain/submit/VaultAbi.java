package io.millrace.chain.submit;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SlotWords;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.rpc.Wrappers;
import io.millrace.contracts.SettlementVault;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.web3j.abi.EventEncoder;
import org.web3j.abi.datatypes.Type;
import org.web3j.protocol.core.RemoteFunctionCall;

/**
 * Calls of the vault as bytes, and its answers as our records, through the generated wrapper. The
 * wrapper only encodes and decodes here: it is given no transport and no transaction manager.
 */
public final class VaultAbi {

    private static final byte[] SETTLER_ROLE = Keccak.hashUtf8("SETTLER_ROLE");
    private static final String EPOCH_SETTLED =
            EventEncoder.encode(SettlementVault.EPOCHSETTLED_EVENT);
    private static final SettlementVault VAULT = Wrappers.unbound(SettlementVault::load);

    private VaultAbi() {}

    /** Call data of {@code settle} for one part of an epoch, 0x-hex. */
    static String settle(SealedPart part) {
        return VAULT.settle(header(part.header()), words(part.words()), numbers(part.releases()))
                .encodeFunctionCall();
    }

    /** A header as the vault's calls take it. */
    public static SettlementVault.EpochHeader header(EpochHeader header) {
        return new SettlementVault.EpochHeader(
                Hex.decode(header.previousHeader(), 32),
                BigInteger.valueOf(header.epoch()),
                BigInteger.valueOf(header.part()),
                BigInteger.valueOf(header.parts()),
                Hex.decode(header.receiptsRoot(), 32),
                BigInteger.valueOf(header.receiptsSumNano()),
                BigInteger.valueOf(header.receiptsCount()),
                BigInteger.valueOf(header.levels()),
                BigInteger.valueOf(header.partSumNano()),
                Hex.decode(header.wordsHash(), 32),
                Hex.decode(header.cutDigest(), 32),
                BigInteger.valueOf(header.l2Block()));
    }

    /** Slot words as the vault's calls take them. */
    public static SettlementVault.SlotWords words(SlotWords words) {
        return new SettlementVault.SlotWords(
                numbers(words.debitSlots()),
                numbers(words.debits()),
                numbers(words.creditSlots()),
                numbers(words.credits()));
    }

    static String headCall() {
        return VAULT.head().encodeFunctionCall();
    }

    /**
     * Decodes the answer to {@link #headCall}.
     *
     * @throws RpcException if it is no answer of a vault
     */
    static VaultHead head(String answer) throws RpcException {
        List<?> values = decode(VAULT.head(), answer, 5);
        return new VaultHead(
                Hex.encode((byte[]) values.get(0)),
                ((BigInteger) values.get(1)).longValueExact(),
                ((BigInteger) values.get(2)).intValueExact(),
                ((BigInteger) values.get(3)).intValueExact());
    }

    static String headerOfCall(long epoch, int part) {
        return VAULT.headerOf(BigInteger.valueOf(epoch), BigInteger.valueOf(part))
                .encodeFunctionCall();
    }

    /**
     * Decodes the answer to {@link #headerOfCall}.
     *
     * @throws RpcException if it is no answer of a vault
     */
    static String headerOf(String answer) throws RpcException {
        return Hex.encode(
                (byte[])
                        decode(VAULT.headerOf(BigInteger.ZERO, BigInteger.ZERO), answer, 1).get(0));
    }

    static String isSettlerCall(String address) {
        return VAULT.hasRole(SETTLER_ROLE, address).encodeFunctionCall();
    }

    /**
     * Decodes the answer to {@link #isSettlerCall}.
     *
     * @throws RpcException if it is no answer of a vault
     */
    static boolean isSettler(String answer) throws RpcException {
        return (Boolean) decode(VAULT.hasRole(SETTLER_ROLE, EvmAddress.ZERO), answer, 1).get(0);
    }

    static String tokenCall() {
        return VAULT.token().encodeFunctionCall();
    }

    /**
     * Decodes the answer to {@link #tokenCall}.
     *
     * @throws RpcException if it is no answer of a vault
     */
    static String token(String answer) throws RpcException {
        return EvmAddress.canonical((String) decode(VAULT.token(), answer, 1).get(0));
    }

    /** Topics that only the event of this very part has. */
    static List<String> settledTopics(SealedPart part) {
        return List.of(
                EPOCH_SETTLED,
                Hex.encode(Eip712Domain.word(part.header().epoch())),
                Hex.encode(Eip712Domain.word(part.header().part())),
                part.hash());
    }

    private static List<?> decode(RemoteFunctionCall<?> call, String answer, int values)
            throws RpcException {
        List<Object> decoded = new ArrayList<>();
        for (Object value : call.decodeFunctionResponse(answer)) {
            decoded.add(((Type<?>) value).getValue());
        }
        if (decoded.size() != values) {
            throw RpcException.invalid(
                    "eth_call", "\"" + answer + "\" is no answer of a settlement vault");
        }
        return decoded;
    }

    private static List<BigInteger> numbers(List<String> words) {
        return words.stream().map(word -> new BigInteger(1, Hex.decode(word, 32))).toList();
    }
}
