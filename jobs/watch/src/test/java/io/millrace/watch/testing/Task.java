package io.millrace.watch.testing;

import static io.millrace.watch.testing.Court.PROVIDER;

import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.contracts.SettlementVault;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * One request, its outcome and its charge, honest until a test alters a field. What the signatures
 * cover is as it stands when {@link #charge} is asked for.
 */
public final class Task {

    private static final String ZERO = "0x" + "0".repeat(64);

    public long account;
    public long sequence;
    public long units = 24;
    public long priceNano = Court.PRICE_NANO;
    public long priceVersion = 1;
    public long debitNano;
    public long feeNano;
    public long admittedMillis;
    public String model = Numeric.toHexString(Court.MODEL);
    public long maxFeeNano = 10_000;
    public long deadlineMillis;
    public long nonce;
    public int status = 1;

    /** Charge {@code sequence} of an account, admitted at {@code millis}. */
    public Task(long account, long sequence, long millis) {
        this.account = account;
        this.sequence = sequence;
        nonce = sequence;
        admittedMillis = millis;
        deadlineMillis = millis + 60_000;
        price();
    }

    /** Charges what the units cost, and splits it. */
    public Task price() {
        debitNano = (units * priceNano + 999_999) / 1_000_000;
        feeNano = debitNano * Court.FEE_BASIS_POINTS / 10_000;
        return this;
    }

    /** Who signs is the owner of the account that was meant, whatever is charged. */
    public SignedRequest request() {
        return new SignedRequest(
                Court.requester(owner()).address(),
                requestedModel(),
                Hash.sha3String("text " + nonce),
                BigInteger.valueOf(maxFeeNano),
                BigInteger.valueOf(deadlineMillis),
                BigInteger.valueOf(nonce),
                "");
    }

    /** Of another account than is charged, if not zero. */
    public long signer;

    private long owner() {
        return signer == 0 ? account : signer;
    }

    /** Another than is charged, if a test says so. */
    public String asked = "";

    private String requestedModel() {
        return asked.isEmpty() ? model : asked;
    }

    public Charge charge(TypedHashes hashes, SettlementVault vault) throws Exception {
        String id = hashes.request(request());
        return new Charge(
                id,
                Court.requester(owner()).address(),
                account,
                sequence,
                PROVIDER.address(),
                1,
                model,
                BigInteger.valueOf(units),
                BigInteger.valueOf(priceNano),
                priceVersion,
                Court.FEE_BASIS_POINTS,
                BigInteger.valueOf(debitNano),
                BigInteger.valueOf(debitNano - feeNano),
                BigInteger.valueOf(feeNano),
                status == 1 ? "ANSWERED" : "FAILED",
                outcomeDigest(id, vault),
                admittedMillis,
                new Position(0, sequence));
    }

    public Evidence evidence(Charge charge) {
        SignedRequest request = request();
        return new Evidence(
                charge.requestId(),
                request.requester(),
                request.model(),
                request.inputHash(),
                ZERO,
                request.maxFeeNano(),
                request.deadlineMillis(),
                request.nonce(),
                Court.requester(owner()).sign(charge.requestId()),
                1,
                BigInteger.valueOf(units),
                status,
                outputHash(),
                ZERO,
                PROVIDER.sign(charge.outcome()));
    }

    private String outputHash() {
        return Hash.sha3String("answer " + nonce);
    }

    private String outcomeDigest(String id, SettlementVault vault) throws Exception {
        byte[] type =
                Hash.sha3(
                        ("Outcome(bytes32 requestId,uint32 providerAccount,uint64 units,uint8"
                                        + " status,bytes32 outputHash,bytes32 numericClass)")
                                .getBytes(StandardCharsets.UTF_8));
        byte[] struct =
                ByteBuffer.allocate(7 * 32)
                        .put(type)
                        .put(Numeric.hexStringToByteArray(id))
                        .put(word(1))
                        .put(word(units))
                        .put(word(status))
                        .put(Numeric.hexStringToByteArray(outputHash()))
                        .array();
        byte[] signed =
                ByteBuffer.allocate(66)
                        .put(new byte[] {0x19, 0x01})
                        .put(vault.domainSeparator().send())
                        .put(Hash.sha3(struct))
                        .array();
        return Numeric.toHexString(Hash.sha3(signed));
    }

    private static byte[] word(long number) {
        return Numeric.toBytesPadded(BigInteger.valueOf(number), 32);
    }
}
