package io.millrace.local.chaos.fault;

/**
 * One fault of a plan.
 *
 * @param kind of fault
 * @param gapMillis since the one before was over
 * @param duringRecovery whether it strikes while the system still recovers from the one before
 * @param lengthMillis how long what is lost stays lost, or what is paused stays paused
 * @param taskManager which one, where the kind leaves a choice
 * @param depth of a re-organisation, in blocks
 * @param baseFeeGwei of a spike
 * @param parallelism to go on with
 */
public record PlannedFault(
        FaultKind kind,
        long gapMillis,
        boolean duringRecovery,
        long lengthMillis,
        int taskManager,
        int depth,
        long baseFeeGwei,
        int parallelism) {}
