package io.millrace.audit.evidence;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.hash.Signers;
import java.math.BigInteger;
import java.util.Optional;

/** Whether evidence stands behind a charge: its hashes lead there, and both have signed. */
public final class EvidenceRule {

    private EvidenceRule() {}

    /**
     * What a charge says of itself. Addresses and hashes are lower-case 0x-hex.
     *
     * @param outcome digest of what its provider signed
     */
    public record Claim(
            String requestId,
            String requester,
            String model,
            BigInteger units,
            String provider,
            long providerAccount,
            String outcome) {

        public Claim {
            requireNonNull(requestId, "requestId is null");
            requireNonNull(outcome, "outcome is null");
        }
    }

    /**
     * The first thing that is wrong, empty if nothing is.
     *
     * @param requestDigest of what {@code evidence} says the requester signed
     * @param outcomeDigest of what it says the provider signed
     */
    public static Optional<String> fault(
            Claim charge, Evidence evidence, String requestDigest, String outcomeDigest) {
        if (!requestDigest.equals(charge.requestId())) {
            return wrong(charge, "of the request " + requestDigest);
        }
        if (!outcomeDigest.equals(charge.outcome())) {
            return wrong(
                    charge, "of outcome %s, not %s".formatted(outcomeDigest, charge.outcome()));
        }
        if (!evidence.requester().equals(charge.requester())
                || !evidence.model().equals(charge.model())) {
            return wrong(
                    charge,
                    "of %s for model %s, not of %s for %s"
                            .formatted(
                                    evidence.requester(),
                                    evidence.model(),
                                    charge.requester(),
                                    charge.model()));
        }
        if (evidence.providerAccount() != charge.providerAccount()
                || !evidence.units().equals(charge.units())) {
            return wrong(
                    charge,
                    "of %s units by provider %d, not of %s by %d"
                            .formatted(
                                    evidence.units(),
                                    evidence.providerAccount(),
                                    charge.units(),
                                    charge.providerAccount()));
        }
        String requester = Signers.recover(requestDigest, evidence.requestSignature());
        if (!requester.equals(charge.requester())) {
            return wrong(
                    charge,
                    "with a request signed by %s, not %s".formatted(requester, charge.requester()));
        }
        String provider = Signers.recover(outcomeDigest, evidence.outcomeSignature());
        return provider.equals(charge.provider())
                ? Optional.empty()
                : wrong(
                        charge,
                        "with an outcome signed by %s, not %s"
                                .formatted(provider, charge.provider()));
    }

    private static Optional<String> wrong(Claim charge, String what) {
        return Optional.of(charge.requestId() + " has evidence " + what);
    }
}
