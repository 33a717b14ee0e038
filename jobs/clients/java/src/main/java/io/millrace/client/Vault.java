package io.millrace.client;

import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.FunctionReturnDecoder;
import org.web3j.abi.TypeReference;
import org.web3j.abi.datatypes.Address;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Bytes32;
import org.web3j.abi.datatypes.generated.Uint256;
import org.web3j.abi.datatypes.generated.Uint32;
import org.web3j.abi.datatypes.generated.Uint64;
import org.web3j.abi.datatypes.generated.Uint8;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.methods.request.Transaction;
import org.web3j.protocol.core.methods.response.EthCall;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import org.web3j.utils.Numeric;

/** The vault, as a requester needs it. Amounts are nano-USD. Every wait ends. */
public final class Vault {

    private static final long POLL_MILLIS = 500;

    private static final TypeReference<?> ADDRESS = new TypeReference<Address>() {};
    private static final TypeReference<?> BYTES32 = new TypeReference<Bytes32>() {};
    private static final TypeReference<?> UINT64 = new TypeReference<Uint64>() {};
    private static final TypeReference<?> UINT32 = new TypeReference<Uint32>() {};
    private static final TypeReference<?> UINT8 = new TypeReference<Uint8>() {};

    private final String address;
    private final Web3j node;
    private final Sender sender;
    private volatile @Nullable String providers;

    Vault(String address, Web3j node, Sender sender) {
        this.address = address;
        this.node = node;
        this.sender = sender;
    }

    /**
     * Moves the key's tokens into the vault, and returns once the block is final: from then on the
     * engine may hear of it.
     *
     * @throws IllegalArgumentException if the amount is no whole amount of the token
     * @throws IOException if the node does not take a transaction, or it is not final in {@code
     *     patience}
     */
    public void deposit(long amountNano, Duration patience) throws IOException {
        BigInteger scale = scale();
        BigInteger[] tokens = BigInteger.valueOf(amountNano).divideAndRemainder(scale);
        if (amountNano <= 0 || tokens[1].signum() != 0) {
            throw new IllegalArgumentException(
                    "%d nano-USD is no whole amount of the token; give a multiple of %s"
                            .formatted(amountNano, scale));
        }
        String token = address(call(address, "token", List.of(), List.of(ADDRESS)).get(0));
        sender.send(
                token,
                encoded("approve", List.of(new Address(address), new Uint256(tokens[0]))),
                patience);
        TransactionReceipt receipt =
                sender.send(address, encoded("deposit", List.of(new Uint256(tokens[0]))), patience);
        until(
                patience,
                "deposit %2$s is mined, balance() tells of it later; its block %1$s is not final"
                        .formatted(receipt.getBlockNumber(), receipt.getTransactionHash()),
                () -> finalBlock().compareTo(receipt.getBlockNumber()) >= 0);
    }

    /**
     * What is neither spent nor released of what {@code owner} has deposited; 0 without an account.
     */
    public long balance(String owner) throws IOException {
        BigInteger account = spendingAccountOf(owner);
        return account.signum() == 0
                ? 0
                : number(read("spendingBalanceOf", UINT64, new Uint32(account))).longValueExact();
    }

    /**
     * Asks for money back. Epochs release it as far as charges and requests in flight do not need
     * it; one request at a time.
     */
    public void requestWithdrawal(long amountNano, Duration patience) throws IOException {
        sender.send(
                address,
                encoded("requestWithdrawal", List.of(new Uint64(BigInteger.valueOf(amountNano)))),
                patience);
    }

    /**
     * Takes back what is open of {@code owner}'s request, so that it can be spent again.
     *
     * @return how much that was, 0 if nothing was open
     */
    public long cancelWithdrawal(String owner, Duration patience) throws IOException {
        long open = account(owner).openRequestNano();
        if (open == 0) {
            return 0;
        }
        try {
            sender.send(address, encoded("cancelRequest", List.of()), patience);
            return open;
        } catch (IOException e) {
            if (account(owner).openRequestNano() > 0) {
                throw e;
            }
            return 0; // an epoch has released it meanwhile
        }
    }

    /**
     * Asks for money back, waits until an epoch releases of it, takes that to the owner's address
     * and cancels the rest: what charges and requests in flight need stays.
     *
     * @return what came
     * @throws IOException if nothing was released in {@code patience}; the request stays open,
     *     {@link #takeReleased} gets it later
     */
    public long withdraw(String owner, long amountNano, Duration patience) throws IOException {
        requestWithdrawal(amountNano, patience);
        until(
                patience,
                "the withdrawal is asked for, takeReleased() gets it later; no epoch has released"
                        + " it",
                () -> account(owner).openRequestNano() < amountNano);
        long came = takeReleased(owner, patience);
        cancelWithdrawal(owner, patience);
        return came;
    }

    /**
     * Takes what epochs have released to the owner's address, in whole units of the token.
     *
     * @return what came
     */
    public long takeReleased(String owner, Duration patience) throws IOException {
        long released = account(owner).releasedNano();
        long whole = released - released % scale().longValueExact();
        if (whole > 0) {
            sender.send(address, encoded("takeReleased", List.of(new Address(owner))), patience);
        }
        return whole;
    }

    /** EIP-712 digest of the header that was settled, zero if none was. */
    public String headerOf(long epoch, long part) throws IOException {
        return Numeric.toHexString(
                (byte[]) read("headerOf", BYTES32, new Uint64(epoch), new Uint32(part)).getValue());
    }

    /** Who owns an earning account. */
    public String earningOwnerOf(long account) throws IOException {
        return address(read("earningOwnerOf", ADDRESS, new Uint32(account)));
    }

    /**
     * A key answers for requests to an earning account that were admitted before this, unix
     * seconds; 2^64 - 1 of the key in force, 0 of one that never was. What the registry of
     * providers says that the vault's tribunal names.
     */
    public BigInteger signsUntil(long account, String key) throws IOException {
        String registry = providers;
        if (registry == null) {
            String tribunal = address(read("TRIBUNAL", ADDRESS));
            registry = address(call(tribunal, "PROVIDERS", List.of(), List.of(ADDRESS)).get(0));
            providers = registry; // neither link can change
        }
        return number(
                call(
                                registry,
                                "signsUntil",
                                List.of(new Uint32(account), new Address(key)),
                                List.of(UINT64))
                        .get(0));
    }

    /** There are 2^this shards. */
    int shardDepth() throws IOException {
        return number(read("SHARD_DEPTH", UINT8)).intValueExact();
    }

    private BigInteger spendingAccountOf(String owner) throws IOException {
        return number(read("spendingAccountOf", UINT32, new Address(owner)));
    }

    /** Of the vault's account, what a withdrawal asks. */
    private record Account(long openRequestNano, long releasedNano) {}

    private Account account(String owner) throws IOException {
        List<Type<?>> members =
                call(
                        address,
                        "spendingAccount",
                        List.of(new Uint32(spendingAccountOf(owner))),
                        List.of(ADDRESS, UINT32, UINT64, UINT64, UINT64));
        return new Account(
                number(members.get(2)).longValueExact(), number(members.get(3)).longValueExact());
    }

    /** Nano-USD to a unit of the token. */
    private BigInteger scale() throws IOException {
        return number(read("SCALE", UINT64));
    }

    private BigInteger finalBlock() throws IOException {
        return node.ethGetBlockByNumber(DefaultBlockParameterName.FINALIZED, false)
                .send()
                .getBlock()
                .getNumber();
    }

    private Type<?> read(String function, TypeReference<?> result, Type<?>... arguments)
            throws IOException {
        return call(address, function, List.of(arguments), List.of(result)).get(0);
    }

    private List<Type<?>> call(
            String to, String name, List<Type<?>> arguments, List<TypeReference<?>> results)
            throws IOException {
        Function function = function(name, arguments, results);
        EthCall answer =
                node.ethCall(
                                Transaction.createEthCallTransaction(
                                        null, to, FunctionEncoder.encode(function)),
                                DefaultBlockParameterName.LATEST)
                        .send();
        if (answer.hasError()) {
            throw new IOException(
                    "%s of %s: %s".formatted(name, to, answer.getError().getMessage()));
        }
        List<Type<?>> values = new ArrayList<>();
        FunctionReturnDecoder.decode(answer.getValue(), function.getOutputParameters())
                .forEach(values::add);
        if (values.size() != results.size()) {
            throw new IOException(
                    "%s of %s gave %s; is this the vault's address, and this chain its chain?"
                            .formatted(name, to, answer.getValue()));
        }
        return values;
    }

    private static String encoded(String name, List<Type<?>> arguments) {
        return FunctionEncoder.encode(function(name, arguments, List.of()));
    }

    @SuppressWarnings("rawtypes") // as web3j declares them
    private static Function function(
            String name, List<Type<?>> arguments, List<TypeReference<?>> results) {
        return new Function(name, new ArrayList<Type>(arguments), results);
    }

    private static BigInteger number(Type<?> value) {
        return (BigInteger) value.getValue();
    }

    private static String address(Type<?> value) {
        return value.toString();
    }

    private static void until(Duration patience, String what, Callable<Boolean> met)
            throws IOException {
        long start = System.nanoTime();
        try {
            while (!met.call()) {
                if (System.nanoTime() - start > patience.toNanos()) {
                    throw new IOException(what + " after " + patience);
                }
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted: " + what, e);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(what, e);
        }
    }
}
