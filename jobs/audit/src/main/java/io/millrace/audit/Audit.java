package io.millrace.audit;

import io.millrace.audit.Books.Check;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Recomputes the books of one deployment from Kafka and the chain alone and proves or refutes them,
 * one line per check.
 *
 * <p>The chain is read first, at one block, then Kafka up to its end offsets of that moment: what
 * is settled was sealed before. On a running stack a checkpoint may be committed on one partition
 * and not yet on the next when the audit looks; a difference found there counts once a second audit
 * finds it too. On a stack at rest the first verdict is final.
 */
public final class Audit {

    private Audit() {}

    /**
     * Reads and judges.
     *
     * @throws IOException if the chain cannot be read
     * @throws IllegalStateException if Kafka lacks a topic or stops answering
     */
    public static Books run(AuditConfig config) throws IOException {
        ChainBooks chain = new ChainBooksReader(config).read();
        KafkaBooks kafka = KafkaBooksReader.read(config.bootstrapServers());
        return judge(new Evidence(kafka, chain, config.requireSettled()));
    }

    static Books judge(Evidence evidence) {
        List<Check> checks = new ArrayList<>();
        checks.addAll(new RequestChecks(evidence).all());
        checks.addAll(new ChargeChecks(evidence).all());
        checks.addAll(new ResultChecks(evidence).all());
        checks.addAll(new EpochChecks(evidence).all());
        checks.addAll(new CutChecks(evidence).all());
        checks.addAll(new HeaderChecks(evidence).all());
        checks.addAll(new VaultChecks(evidence).all());
        checks.addAll(new WithdrawalChecks(evidence).all());
        return Books.of(checks);
    }
}
