package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Eip712Domain;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The EIP-712 struct a requester signs: {@code InferenceRequest(address requester,bytes32
 * model,bytes32 inputHash,bytes32 optionsHash,uint64 maxFeeNano,uint64 deadline,uint64 nonce)},
 * inputHash = keccak256 of the input's UTF-8 bytes, or of a list of texts what EIP-712 makes of
 * {@code string[]}, of a list to be ranked that of the query and the list after it; optionsHash =
 * zero, since there is no option yet that a request could name; deadline in unix milliseconds. Its
 * digest is the request's id. Immutable, for any thread.
 */
public final class RequestSignature {

    private static final byte[] TYPE =
            Keccak.hashUtf8(
                    "InferenceRequest(address requester,bytes32 model,bytes32 inputHash,"
                            + "bytes32 optionsHash,uint64 maxFeeNano,uint64 deadline,"
                            + "uint64 nonce)");
    private static final byte[] NO_OPTIONS = new byte[32];

    private final byte[] separator;

    /** For requests to the deployment that {@code domain} names. */
    public RequestSignature(Eip712Domain domain) {
        this.separator = requireNonNull(domain, "domain is null").separator();
    }

    /** What is signed, and the request's id; 32 bytes. Its signature plays no part. */
    public byte[] digest(InferenceRequest request) {
        return digest(request, inputHash(request));
    }

    /** The same with the hash of what is asked, which takes time if that is long. */
    byte[] digest(InferenceRequest request, byte[] inputHash) {
        return Eip712Domain.digest(
                separator,
                Keccak.hash(
                        TYPE,
                        EvmAddress.toWord(request.requester()),
                        Hex.decode(request.model(), 32),
                        inputHash,
                        NO_OPTIONS,
                        Eip712Domain.unsignedWord(request.maxFeeNano()),
                        Eip712Domain.word(request.deadlineMillis()),
                        Eip712Domain.unsignedWord(request.nonce())));
    }

    /** Hash of what is asked; 32 bytes. */
    static byte[] inputHash(InferenceRequest request) {
        if (!request.isList()) {
            return Keccak.hashUtf8(request.input());
        }
        List<byte[]> hashes = new ArrayList<>();
        if (request.hasQuery()) {
            hashes.add(Keccak.hashUtf8(request.query()));
        }
        request.inputs().forEach(text -> hashes.add(Keccak.hashUtf8(text)));
        return Keccak.hash(hashes.toArray(byte[][]::new));
    }

    /**
     * Who signed {@code digest}, or empty if {@code signature} is not one that the vault's chain
     * would accept.
     */
    public Optional<String> signer(byte[] digest, String signature) {
        if (signature.length() != 2 + 2 * Secp256k1.SIGNATURE_BYTES) {
            return Optional.empty();
        }
        return Secp256k1.recover(digest, Hex.decode(signature));
    }

    /**
     * A request signed by the owner of {@code key}, who becomes its requester. For clients.
     *
     * @param maxFeeNano nano-USD, uint64
     * @param nonce uint64
     */
    public InferenceRequest sign(
            String model,
            String input,
            long maxFeeNano,
            long deadlineMillis,
            long nonce,
            byte[] key) {
        return sign(
                new InferenceRequest(
                        Secp256k1.address(key),
                        model,
                        input,
                        maxFeeNano,
                        deadlineMillis,
                        nonce,
                        "0x"),
                key);
    }

    /**
     * The same for a list of texts.
     *
     * @param inputs at least one, and at most {@link InferenceRequest#MAX_TEXTS}, or it is refused
     */
    public InferenceRequest sign(
            String model,
            List<String> inputs,
            long maxFeeNano,
            long deadlineMillis,
            long nonce,
            byte[] key) {
        return sign(model, "", inputs, maxFeeNano, deadlineMillis, nonce, key);
    }

    /**
     * The same for a list of texts to be ranked.
     *
     * @param query what by; empty for a model that takes none
     */
    public InferenceRequest sign(
            String model,
            String query,
            List<String> inputs,
            long maxFeeNano,
            long deadlineMillis,
            long nonce,
            byte[] key) {
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("the list is empty, give at least one text");
        }
        return sign(
                new InferenceRequest(
                        Secp256k1.address(key),
                        model,
                        "",
                        inputs,
                        query,
                        maxFeeNano,
                        deadlineMillis,
                        nonce,
                        "0x"),
                key);
    }

    private InferenceRequest sign(InferenceRequest unsigned, byte[] key) {
        return unsigned.signed(Hex.encode(Secp256k1.sign(digest(unsigned), key)));
    }
}
