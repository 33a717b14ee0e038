package io.millrace.chain.submit;

import java.time.Clock;

/**
 * What the submitter works with; its thread alone uses them.
 *
 * @param chain
 * @param signer
 * @param journal of this submitter
 * @param log it settles
 * @param options
 * @param clock of the wall
 * @param metrics read by any thread
 */
public record SubmitContext(
        VaultClient chain,
        Signer signer,
        SubmissionJournal journal,
        EpochLog log,
        SubmitOptions options,
        Clock clock,
        SubmitMetrics metrics) {}
