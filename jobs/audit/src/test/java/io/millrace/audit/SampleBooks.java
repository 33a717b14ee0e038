package io.millrace.audit;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.ChainBooks.EarningAccount;
import io.millrace.audit.ChainBooks.Head;
import io.millrace.audit.ChainBooks.Kind;
import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.ChainBooks.Price;
import io.millrace.audit.ChainBooks.SpendingAccount;
import io.millrace.audit.EpochPart.Release;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.hash.MerkleSum;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/**
 * A small deployment whose books are right, made from a seed. Its lists are open, so that a test
 * can falsify one entry before it asks for the evidence.
 *
 * <p>Four requesters send 36 requests while the price changes; some are refused, some fail or
 * expire, some are answered twice. Two of three epochs are settled (the second in two parts), the
 * third is sealed, the last four charges are not sealed yet. Owners withdraw in every way there is,
 * one of them all that it has not spent.
 */
final class SampleBooks {

    static final long CHAIN_ID = 31337;
    static final String VAULT = "0x00000000000000000000000000000000000000aa";
    static final String REGISTRY = "0x00000000000000000000000000000000000000bb";
    static final int SHARD_DEPTH = 2;
    static final BigInteger SCALE = BigInteger.valueOf(1000);
    static final String MODEL = Hash.sha3String("manifest");
    static final List<String> PROVIDERS = Signed.providers();
    static final int SAVER = 2;
    static final int WAVERER = 4;
    static final int LEAVER = 5;
    static final long ESCAPE_AFTER_SECONDS = 604_800;

    private static final int EMPTIER = 1;
    private static final int REQUESTERS = 4;
    private static final int REQUESTS = 36;
    private static final int PENDING = 4;
    private static final long FIRST_MILLIS = 1_500_000;

    final List<String> defects = new ArrayList<>();
    final List<Request> requests = new ArrayList<>();
    final List<Rejection> rejections = new ArrayList<>();
    final List<Charge> charges = new ArrayList<>();
    final List<Result> results = new ArrayList<>();
    final List<Sealed> epochs = new ArrayList<>();
    final List<Receipt> receipts = new ArrayList<>();
    final List<Evidence> evidence = new ArrayList<>();
    final List<SpendingAccount> spending = new ArrayList<>();
    final List<EarningAccount> earning = new ArrayList<>();
    final List<Price> prices = new ArrayList<>();
    final List<Movement> movements = new ArrayList<>();
    long newestMillis;
    long evidenceSinceMillis;
    long seconds = 200;
    BigInteger tokenBalance = BigInteger.ZERO;
    Head head = new Head(MerkleSum.EMPTY.hash(), 0, 0, 1);
    boolean requireSettled;

    /** Of every provider: it signs for what was admitted before. */
    BigInteger keysEndSeconds = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private final TypedHashes hashes = new TypedHashes(CHAIN_ID, VAULT);
    private final List<ECKeyPair> keys = new ArrayList<>();
    private final Random random;

    private SampleBooks(long seed) {
        random = new Random(seed);
    }

    /** Work in progress included: a sealed epoch and four charges that are not settled. */
    static SampleBooks running(long seed) {
        return new SampleBooks(seed).make(2, PENDING);
    }

    /** Everything settled. */
    static SampleBooks atRest(long seed) {
        SampleBooks books = new SampleBooks(seed).make(3, 0);
        books.requireSettled = true;
        return books;
    }

    SampleEvidence evidence() {
        return new SampleEvidence(
                defects,
                newestMillis,
                requests,
                rejections,
                charges,
                results,
                epochs,
                receipts,
                evidenceSinceMillis,
                evidence,
                new ChainBooks(
                        CHAIN_ID,
                        VAULT,
                        REGISTRY,
                        99,
                        Hash.sha3String("block 99"),
                        seconds,
                        ESCAPE_AFTER_SECONDS,
                        0,
                        SCALE,
                        SHARD_DEPTH,
                        tokenBalance,
                        head,
                        spending,
                        earning,
                        prices),
                movements,
                requireSettled,
                keysEndSeconds);
    }

    /** Unix second in which the last request that is charged for was admitted. */
    BigInteger lastAdmittedSecond() {
        long millis = charges.stream().mapToLong(Charge::admittedMillis).max().orElseThrow();
        return BigInteger.valueOf(millis / 1_000);
    }

    /** A request by requester {@code account}, appended like the others but without an end. */
    void addRequestInFlight(int account) {
        requests.add(request(account, newestMillis));
    }

    private static List<Movement> askedBeforeTheSecond(SampleLedger ledger) {
        return List.of(
                ledger.ask(LEAVER, 1_500, 17),
                ledger.ask(WAVERER, 900, 18),
                ledger.cancel(WAVERER, 19),
                ledger.ask(WAVERER, 400, 20));
    }

    private SampleBooks make(int epochsSettled, int pending) {
        prices.add(
                new Price(MODEL, 1, BigInteger.valueOf(20_000_000), 200, BigInteger.valueOf(1000)));
        prices.add(
                new Price(MODEL, 2, BigInteger.valueOf(30_000_001), 200, BigInteger.valueOf(2000)));
        for (int i = 0; i < REQUESTERS; i++) {
            keys.add(ECKeyPair.create(new BigInteger(250, random).setBit(100)));
        }
        for (int i = 0; i < REQUESTS; i++) {
            traffic(i);
        }
        SampleLedger ledger = new SampleLedger(hashes);
        for (int account = 1; account <= LEAVER; account++) {
            movements.add(ledger.post(Kind.DEPOSITED, account, 1_000_000));
        }
        int sealed = charges.size() - pending;
        movements.add(ledger.ask(SAVER, 5_500, 7));
        seal(ledger, charges.subList(0, sealed / 3), List.of(ledger.release(SAVER, 5_500)), true);
        movements.add(ledger.post(Kind.TAKEN, SAVER, 5_000));
        long everything = ledger.spending(EMPTIER).longValueExact();
        movements.add(ledger.ask(EMPTIER, everything, 15));
        movements.addAll(askedBeforeTheSecond(ledger));
        long unspent = everything - debits(charges.subList(sealed / 3, charges.size()), EMPTIER);
        seal(
                ledger,
                charges.subList(sealed / 3, 2 * sealed / 3),
                List.of(
                        ledger.release(EMPTIER, unspent),
                        SampleLedger.release(WAVERER, 1, 600),
                        SampleLedger.release(WAVERER, 2, 0),
                        ledger.release(LEAVER, 1_500)),
                true);
        movements.add(ledger.post(Kind.TAKEN, LEAVER, 1_000));
        movements.add(ledger.ask(LEAVER, 700, 24));
        movements.add(ledger.post(Kind.ESCAPED, LEAVER, 700));
        movements.add(ledger.post(Kind.TAKEN, LEAVER, 1_000));
        boolean last = epochsSettled > 2;
        List<Release> skipped = List.of(ledger.release(WAVERER, 400), ledger.release(LEAVER, 700));
        seal(ledger, charges.subList(2 * sealed / 3, sealed), skipped, last);
        movements.add(ledger.post(Kind.COMPENSATED, LEAVER, 2_000));
        movements.add(ledger.post(Kind.EARNER_COMPENSATED, 1, 3_000));
        movements.add(ledger.post(Kind.EARNINGS_WITHDRAWN, 1, 1_000));
        head = ledger.head();
        tokenBalance = ledger.tokenBalance(SCALE);
        accounts(ledger);
        return this;
    }

    private void accounts(SampleLedger ledger) {
        for (int account = 1; account <= LEAVER; account++) {
            String owner = account == LEAVER ? "0x" + "e5".repeat(20) : address(account);
            spending.add(
                    new SpendingAccount(
                            account,
                            owner,
                            ledger.spending(account),
                            ledger.released(account),
                            ledger.lastRequest(account),
                            ledger.openRequest(account)));
        }
        for (int account = 0; account < PROVIDERS.size(); account++) {
            earning.add(
                    new EarningAccount(account, PROVIDERS.get(account), ledger.earning(account)));
        }
    }

    private void seal(
            SampleLedger ledger, List<Charge> sealed, List<Release> releases, boolean settled) {
        ledger.seal(sealed, releases, settled);
        receipts.addAll(ledger.lastReceipts());
        epochs.addAll(ledger.lastParts());
        movements.addAll(ledger.lastMovements());
    }

    private static long debits(List<Charge> charges, int account) {
        return charges.stream()
                .filter(charge -> charge.requesterAccount() == account)
                .mapToLong(charge -> charge.debitNano().longValueExact())
                .sum();
    }

    private void traffic(int number) {
        int account = 1 + random.nextInt(REQUESTERS);
        Request request = request(account, FIRST_MILLIS + number * 20_000L);
        requests.add(request);
        newestMillis = request.appendMillis();
        if (number % 7 == 3) {
            requests.set(number, new Request(request.at(), request.appendMillis(), null));
            rejections.add(new Rejection(request.at(), "MALFORMED"));
            return;
        }
        String status = number % 11 == 5 ? "EXPIRED" : number % 13 == 6 ? "FAILED" : "ANSWERED";
        Charge charge = charge(request, account, status);
        charges.add(charge);
        Result result =
                new Result(
                        charge.requestId(),
                        status,
                        charge.debitNano(),
                        charge.units(),
                        Signed.by(
                                charge.outcome(),
                                Signed.PROVIDER_KEYS.get((int) charge.providerAccount())));
        results.add(result);
        if (number % 5 == 0) {
            results.add(result);
        }
    }

    private Request request(int account, long appendMillis) {
        SignedRequest unsigned =
                new SignedRequest(
                        address(account),
                        MODEL,
                        Hash.sha3String("text " + random.nextInt()),
                        BigInteger.valueOf(50_000),
                        BigInteger.valueOf(appendMillis + 30_000),
                        BigInteger.valueOf(requests.size()),
                        "0x");
        Sign.SignatureData signature =
                Sign.signMessage(
                        Numeric.hexStringToByteArray(hashes.request(unsigned)),
                        keys.get(account - 1),
                        false);
        String text =
                Numeric.toHexString(signature.getR())
                        + Numeric.toHexStringNoPrefix(signature.getS())
                        + Numeric.toHexStringNoPrefix(signature.getV());
        Position at = new Position(requests.size() % 3, requests.size() / 3);
        return new Request(at, appendMillis, Records.with(unsigned, "signature", text));
    }

    private Charge charge(Request request, int account, String status) {
        long version = request.appendMillis() < 2_000_000 ? 1 : 2;
        long price = version == 1 ? 20_000_000 : 30_000_001;
        boolean answered = status.equals("ANSWERED");
        long units = answered ? 1 + random.nextInt(250) : 0;
        long debit = (units * price + 999_999) / 1_000_000;
        long fee = debit / 50;
        int provider = 1 + random.nextInt(2);
        long sequence =
                1 + charges.stream().filter(charge -> charge.requesterAccount() == account).count();
        SignedRequest signed = requireNonNull(request.signed());
        String requestId = hashes.request(signed);
        Evidence behind =
                Signed.evidence(
                        requestId,
                        signed,
                        provider,
                        units,
                        1 + List.of("ANSWERED", "EXPIRED", "FAILED").indexOf(status),
                        "answer " + request.at());
        evidence.add(Signed.signed(hashes, behind));
        return new Charge(
                requestId,
                address(account),
                account,
                sequence,
                PROVIDERS.get(provider),
                provider,
                MODEL,
                BigInteger.valueOf(units),
                BigInteger.valueOf(price),
                version,
                200,
                BigInteger.valueOf(debit),
                BigInteger.valueOf(debit - fee),
                BigInteger.valueOf(fee),
                status,
                hashes.outcomeOf(behind),
                request.appendMillis(),
                request.at());
    }

    private String address(int account) {
        return "0x" + Keys.getAddress(keys.get(account - 1));
    }
}
