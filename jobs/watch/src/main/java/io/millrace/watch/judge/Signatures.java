package io.millrace.watch.judge;

import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.hash.Signers;
import io.millrace.audit.read.ProviderKeys;
import io.millrace.watch.act.SealedLeaf;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** Whether both parties have signed a charge, as an answer to a leaf challenge has to show. */
final class Signatures {

    private static final int ANSWERED = 1;

    private final TypedHashes hashes;
    private final Surroundings surroundings;

    Signatures(TypedHashes hashes, Surroundings surroundings) {
        this.hashes = hashes;
        this.surroundings = surroundings;
    }

    /** The request that a leaf names, signed or not. */
    Optional<Evidence> request(String requestId, List<Evidence> known) {
        return known.stream().filter(one -> hashes.requestOf(one).equals(requestId)).findFirst();
    }

    /** What a settler could not show of {@code leaf}, empty if it could. */
    Optional<String> missing(SealedLeaf leaf, List<Evidence> known) throws IOException {
        if (known.isEmpty()) {
            return Optional.of("nothing was published of what its parties signed");
        }
        String last = "";
        for (Evidence one : known) {
            last = missing(leaf, one);
            if (last.isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(last);
    }

    private String missing(SealedLeaf leaf, Evidence evidence) throws IOException {
        if (!hashes.requestOf(evidence).equals(leaf.requestId())) {
            return "the request that was published is another";
        }
        String signer = signer(leaf.requestId(), evidence.requestSignature());
        if (!signer.equals(evidence.requester())) {
            return "requester %s did not sign, but %s".formatted(evidence.requester(), signer);
        }
        if (!hashes.outcomeOf(evidence).equals(leaf.outcome()) || !isChargedBy(evidence, leaf)) {
            return "the outcome that was published is another";
        }
        String provider = signer(leaf.outcome(), evidence.outcomeSignature());
        if (!provider.startsWith("0x")) {
            return "provider %d did not sign, but %s".formatted(leaf.providerAccount(), provider);
        }
        BigInteger until = surroundings.signsUntil(leaf.providerAccount(), provider);
        if (!ProviderKeys.answers(until, leaf.admittedMillis())) {
            return "provider %d did not sign, but key %s, which signs for it %s"
                    .formatted(
                            leaf.providerAccount(),
                            provider,
                            until.signum() == 0
                                    ? "never"
                                    : "what is admitted before unix second %s, not at %s ms"
                                            .formatted(until, leaf.admittedMillis()));
        }
        return "";
    }

    private static boolean isChargedBy(Evidence evidence, SealedLeaf leaf) {
        return evidence.requestId().equals(leaf.requestId())
                && evidence.providerAccount() == leaf.providerAccount()
                && evidence.units().equals(leaf.units())
                && (evidence.status() == ANSWERED || evidence.units().signum() == 0);
    }

    /** The EVM recovers from two values of v, the library from four. */
    private static String signer(String digest, String signature) {
        boolean known = signature.endsWith("1b") || signature.endsWith("1c");
        return known ? Signers.recover(digest, signature) : "nobody (v is neither 27 nor 28)";
    }
}
