package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.contracts.SettlementVault;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import io.millrace.local.stack.TopicCopy;
import io.millrace.local.stack.Wallet;
import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the runbook says is to be done, done: on a JobManager and TaskManagers that are processes,
 * by someone who has Flink's command line, the jars for a cluster and Kafka's admin, and nothing of
 * the launcher. The tests share one cluster; each goes on with what the one before leaves running.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RemediesITCase {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final BigInteger GAS_MONEY = BigInteger.TEN.pow(21);
    private static final int REQUESTS = 8;
    private static final String CLASS_PATH = "java.class.path";

    @TempDir private static Path folder;

    private static LocalStack stack;

    @SuppressWarnings("NullAway.Init") // by submit, which the stack calls when it starts
    private static ClusterOperator operator;

    private static StackClient client;

    /** The first that was taken, soon outdated. */
    private static String oldSavepoint = "";

    @BeforeAll
    static void startCluster() throws Exception {
        String own = System.getProperty(CLASS_PATH);
        System.setProperty(CLASS_PATH, ClusterOperator.classPath()); // its processes inherit it
        try {
            stack =
                    TestStack.own(
                            StackOptions.in(folder.resolve("stack")).withTaskManagers(2),
                            RemediesITCase::submit);
        } finally {
            System.setProperty(CLASS_PATH, own);
        }
        Files.delete(stack.directory().resolve(StackFile.NAME));
        stack.awaitDeposits();
        client = new StackClient(stack);
    }

    /** The first start, too, is the operator's. */
    private static JobClient submit(Configuration flink, Map<String, String> options)
            throws Exception {
        operator =
                new ClusterOperator(
                        folder,
                        folder.resolve("stack/flink/conf"),
                        URI.create("http://127.0.0.1:" + flink.get(RestOptions.PORT)),
                        options);
        String job = operator.start(null);
        return (JobClient)
                Proxy.newProxyInstance(
                        JobClient.class.getClassLoader(),
                        new Class<?>[] {JobClient.class},
                        (proxy, method, arguments) -> JobID.fromHexString(job));
    }

    @AfterAll
    static void endCluster() {
        client.close();
        stack.close();
    }

    /** Whatever was done, requests are answered and everything is settled. */
    private static void assertGoesOn() throws Exception {
        client.send(REQUESTS);
        client.awaitSettled();
        assertThat(client.view().charges()).hasSameSizeAs(client.sent());
        assertThat(client.view().charges().values()).allMatch(charges -> charges.size() == 1);
    }

    @Test
    @Order(1)
    void settler_outOfFundsThenAnotherKey_settlesOnceFundedAndGranted() throws Exception {
        Path oldKey = Path.of(operator.option("settle.signer.key.file"));
        try (EvmSession chain = new EvmSession(stack.file().rpcUrl(), stack.file().chainId());
                Wallet old = Wallet.open(stack.file(), oldKey);
                Wallet admin = Wallet.ofPublisher(stack)) {
            chain.setBalance(old.address(), BigInteger.ZERO);
            client.send(REQUESTS);
            operator.awaitMetric("submit.submit.outOfFunds", 1);
            chain.setBalance(old.address(), GAS_MONEY);
            client.awaitSettled();
            operator.awaitMetric("submit.submit.outOfFunds", 0);

            Path newKey = folder.resolve("new-settler");
            Files.copy(stack.directory().resolve("keys/treasury"), newKey);
            operator.set("settle.signer.key.file", newKey.toString());
            oldSavepoint = operator.stop();
            assertThat(operator.awaitFailed(operator.start(oldSavepoint)))
                    .contains("SIGNER_UNFIT", "grant it");

            SettlementVault vault = admin.vault();
            byte[] settler = vault.SETTLER_ROLE().send();
            try (Wallet next = Wallet.open(stack.file(), newKey)) {
                vault.grantRole(settler, next.address()).send();
            }
            operator.start(oldSavepoint);
            client.send(REQUESTS);
            client.awaitSettled();
            operator.awaitMetric("submit.submit.unsettledParts", 0);
            vault.revokeRole(settler, old.address()).send();
        }
        assertGoesOn();
    }

    @Test
    @Order(2)
    void settings_thatTheStartRefuses_setAsItSays() throws Exception {
        String savepoint = operator.stop();
        assertSubmissionRefused(
                savepoint,
                "but a transaction can be open for",
                "-Dexecution.checkpointing.timeout=20 min");
        assertRefusedWith(savepoint, "chain.id", "1", "the L2 node follows chain");
        assertRefusedWith(
                savepoint,
                "token.address",
                stack.file().registry(),
                "WRONG_CHAIN",
                "pays in token");
        assertRefusedWith(
                savepoint, "admit.max.chain.age", "1 h", "the model registry announces a price");

        // What the node suggests is more than that, and there is no second node.
        operator.set("settle.tip.max.wei", "1");
        operator.start(savepoint);
        client.send(REQUESTS);
        operator.awaitMetric("submit.submit.feeCapped", 1);
        String again = operator.stop();
        operator.unset("settle.tip.max.wei");
        operator.set("chain.rpc.urls", stack.file().rpcUrl() + ";" + stack.file().rpcUrl() + "/");
        operator.start(again);
        client.send(REQUESTS);
        client.awaitSettled();
        operator.awaitMetric("submit.submit.feeCapped", 0);
        operator.set("chain.rpc.urls", stack.file().rpcUrl());
    }

    private static void assertSubmissionRefused(String savepoint, String says, String setting)
            throws Exception {
        assertThat(operator.run(savepoint, setting))
                .matches(run -> run.exit() != 0 && run.output().contains(says));
    }

    private static void assertRefusedWith(
            String savepoint, String option, String wrong, String... says) throws Exception {
        String right = operator.option(option);
        operator.set(option, wrong);
        assertThat(operator.awaitFailed(operator.start(savepoint))).contains(says);
        operator.set(option, right);
    }

    @Test
    @Order(3)
    void ledger_hiddenByAHangingTransaction_abortedAndTheStateRebuilt() throws Exception {
        try (KafkaProducer<byte[], byte[]> hanging =
                        producer(
                                Map.of(
                                        "transactional.id",
                                        "hangs",
                                        "transaction.timeout.ms",
                                        "600000"));
                Admin admin = admin()) {
            hanging.initTransactions();
            hanging.beginTransaction();
            TopicPartition held = new TopicPartition(Topics.CHARGES, 0);
            hanging.send(new ProducerRecord<>(held.topic(), 0, new byte[0], new byte[0])).get();
            await("the alarm")
                    .atMost(LIMIT)
                    .until(() -> operator.metric("seal.settle.hiddenMillis") > 5_000);

            operator.cancel();
            abortInItsPartition(admin, held, "hangs");
        }
        assertThat(operator.awaitFailed(operator.start(oldSavepoint)))
                .contains("the ledger is recorded up to");
        operator.start(recovered());
        assertGoesOn();
    }

    /** As {@code kafka-transactions.sh abort} does with what {@code find-hanging} names. */
    private static void abortInItsPartition(Admin admin, TopicPartition held, String id)
            throws Exception {
        long hanging = admin.describeTransactions(List.of(id)).description(id).get().producerId();
        for (var producer :
                admin.describeProducers(List.of(held))
                        .partitionResult(held)
                        .get()
                        .activeProducers()) {
            if (producer.producerId() == hanging) {
                admin.abortTransaction(
                                new AbortTransactionSpec(
                                        held,
                                        producer.producerId(),
                                        (short) producer.producerEpoch(),
                                        producer.coordinatorEpoch().orElse(0)))
                        .all()
                        .get();
            }
        }
    }

    @Test
    @Order(4)
    void requests_lostBeforeTheyWereRead_passedOverAsTheErrorSays() throws Exception {
        String savepoint = operator.stop();
        List<StackClient.Signed> lost = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> requester = producer(Map.of());
                Admin admin = admin()) {
            for (int i = 0; i < REQUESTS; i++) {
                StackClient.Signed request = client.sign(client.stack().requesters().get(0));
                lost.add(request);
                requester
                        .send(new ProducerRecord<>(Topics.REQUESTS, 0, null, request.value()))
                        .get();
            }
            admin.deleteRecords(
                            Map.of(
                                    new TopicPartition(Topics.REQUESTS, 0),
                                    RecordsToDelete.beforeOffset(-1)))
                    .all()
                    .get();
        }
        String refused = operator.awaitFailed(operator.start(savepoint));
        Matcher accepts =
                Pattern.compile("--kafka\\.lost\\.requests (inference\\.requests-0:\\d+)")
                        .matcher(refused);
        assertThat(accepts.find()).as(refused).isTrue();
        operator.set("kafka.lost.requests", accepts.group(1));
        operator.start(savepoint);
        client.send(REQUESTS);
        client.awaitSettled();
        operator.unset("kafka.lost.requests");
        assertThat(lost).noneMatch(gone -> client.view().charges().containsKey(gone.requestId()));
        assertGoesOn();
    }

    @Test
    @Order(6)
    void topics_thatLostRecords_restoredAndTheStateRebuilt() throws Exception {
        String savepoint = operator.stop();
        String servers = stack.file().bootstrapServers();
        TopicCopy epochs = TopicCopy.of(servers, Topics.EPOCHS);
        TopicCopy charges = TopicCopy.of(servers, Topics.CHARGES);
        TopicCopy receipts = TopicCopy.of(servers, Topics.RECEIPTS);

        epochs.restore(1);
        assertThat(operator.awaitFailed(operator.start(savepoint)))
                .containsAnyOf("LOG_SHORT", "is to be read on from offset", "not of one ledger");
        assertRecoverRefuses("but the log ends with");
        epochs.restore(0);
        charges.restore(charges.records().size());
        receipts.restore(receipts.records().size());
        assertRecoverRefuses("neither the committed charges nor what the brokers have stored");
        charges.restore(0);
        receipts.restore(0);
        operator.start(recovered());
        client.close();
        client = StackClient.fromNowOn(stack);
        assertGoesOn();
    }

    private static void assertRecoverRefuses(String says) throws Exception {
        assertThat(operator.recover(savepoints()))
                .matches(run -> run.exit() == 1 && run.output().contains(says), says);
    }

    @Test
    @Order(7)
    void provider_withTheKeyOfAnother_signsAnewWithItsOwn() throws Exception {
        String savepoint = operator.stop();
        String[] right = operator.option("provider.key.files").split(";");
        operator.set("provider.key.files", right[1] + ";" + right[0]);
        String job = operator.start(savepoint);
        client.send(REQUESTS);
        operator.awaitException(job, "is not signed by");
        operator.cancel();
        operator.set("provider.key.files", right[0] + ";" + right[1]);
        operator.start(recovered());
        assertGoesOn();
    }

    @Test
    @Order(8)
    void books_inDoubt_auditedAndProvedWithTheAuditsJar() throws Exception {
        Path anchor = folder.resolve("books.anchor");
        String[] audit = {"--settled", "--anchor", anchor.toString()};
        client.awaitSettled();
        assertThat(operator.audit("audit", audit)).matches(run -> run.exit() == 0);
        assertThat(operator.audit("prove", client.sent().get(0).requestId(), "--json"))
                .matches(run -> run.exit() == 0);
        byte[] bytes = Files.readAllBytes(anchor);
        bytes[bytes.length / 2] ^= 1;
        Files.write(anchor, bytes);
        assertThat(operator.audit("audit", audit))
                .matches(run -> run.exit() == 3 && run.output().contains("is refused"));
        Files.delete(anchor);
        assertThat(operator.audit("audit", audit)).matches(run -> run.exit() == 0);
    }

    @Test
    @Order(9)
    void job_endedForGood_answersAndSettlesWhatItHasRead() throws Exception {
        List<SentRequest> last = client.send(REQUESTS);
        client.awaitThat("answers", view -> view.results().size() == client.sent().size());
        operator.stop("--drain");
        client.awaitThat("charges", view -> last.stream().allMatch(view::ended));
        assertThat(client.view().charges()).hasSameSizeAs(client.sent());
        assertThat(client.view().charges().values()).allMatch(charges -> charges.size() == 1);
    }

    private static String recovered() throws Exception {
        ClusterOperator.Ended recovery = operator.recover(savepoints());
        assertThat(recovery.exit()).as(recovery.output()).isZero();
        return recovery.savepoint();
    }

    private static Path savepoints() {
        return folder.resolve("savepoints");
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", stack.file().bootstrapServers()));
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, String> settings) {
        Map<String, Object> all =
                new HashMap<>(Map.of("bootstrap.servers", stack.file().bootstrapServers()));
        all.putAll(settings);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
