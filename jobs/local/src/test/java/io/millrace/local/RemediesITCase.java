package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.chain.submit.SettlementRecord;
import io.millrace.contracts.SettlementVault;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.GuardedDoor;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import io.millrace.local.stack.TopicCopy;
import io.millrace.local.stack.Wallet;
import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpResponse;
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
    private static final BigInteger BOND = BigInteger.valueOf(1_000_000_000); // 1,000 dollars
    private static final int REQUESTS = 8;
    private static final String CLASS_PATH = "java.class.path";
    private static final String TIP = "settle.tip.max.wei";
    private static final String KEY = "settle.signer.key.file";
    private static final String BROKERS = "kafka.bootstrap.servers";
    private static final String CLIENT = "kafka.client.file";

    @TempDir private static Path folder;

    private static LocalStack stack;

    /** Where the job and its tools come in; the tests themselves have a door without a lock. */
    @SuppressWarnings("NullAway.Init") // by startCluster
    private static GuardedDoor door;

    @SuppressWarnings("NullAway.Init") // by submit, which the stack calls when it starts
    private static ClusterOperator operator;

    private static StackClient client;

    /** The first that was taken, soon outdated. */
    private static String oldSavepoint = "";

    @BeforeAll
    static void startCluster() throws Exception {
        door = GuardedDoor.in(folder.resolve("door"));
        String own = System.getProperty(CLASS_PATH);
        System.setProperty(CLASS_PATH, ClusterOperator.classPath()); // its processes inherit it
        try {
            stack =
                    TestStack.own(
                            StackOptions.in(folder.resolve("stack"))
                                    .withTaskManagers(1)
                                    .withDoor(door.door())
                                    .withJobOption(TIP, "1"),
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
        operator.set(BROKERS, door.bootstrapServers());
        operator.set(CLIENT, door.clientFile().toString());
        String job = operator.run(null);
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
    void settler_outOfFunds_settlesOnceFunded() throws Exception {
        try (EvmSession chain = chain();
                Wallet settler = Wallet.open(stack.file(), Path.of(operator.option(KEY)))) {
            operator.awaitSettling();
            chain.setBalance(settler.address(), BigInteger.ZERO);
            client.send(REQUESTS);
            operator.awaitMetric("submit.submit.outOfFunds", 1);
            chain.setBalance(settler.address(), GAS_MONEY);
            client.awaitSettled();
            operator.awaitMetric("submit.submit.outOfFunds", 0);
        }
    }

    @Test
    @Order(2)
    void settings_thatTheStartRefusesOrAlarmsTell_setAsTheySay() throws Exception {
        operator.awaitMetric("submit.submit.feeCapped", 1);
        oldSavepoint = operator.stop();
        HttpResponse<String> refused =
                operator.submit(oldSavepoint, Map.of("execution.checkpointing.timeout", "20 min"));
        assertThat(refused.body()).contains("but a transaction can be open for");
        assertRefusedWith("chain.id", "1", "the L2 node follows chain");
        assertRefusedWith("token.address", stack.file().registry(), "WRONG_CHAIN", "pays in token");
        operator.set(CLIENT, door.wrongFile().toString());
        assertThat(operator.submit(oldSavepoint, Map.of()).body())
                .contains("do not let the job in", CLIENT);
        operator.set(CLIENT, door.clientFile().toString());
        assertRefusedWith("admit.max.chain.age", "1 h", "the model registry announces a price");

        operator.unset(TIP);
        operator.set("chain.rpc.urls", stack.file().rpcUrl() + ";" + stack.file().rpcUrl() + "/");
        try (Wallet admin = Wallet.ofPublisher(stack);
                Wallet old = Wallet.open(stack.file(), Path.of(operator.option(KEY)))) {
            SettlementVault vault = admin.vault();
            byte[] settler = vault.SETTLER_ROLE().send();
            Path newKey = stack.directory().resolve("keys/treasury");
            operator.set(KEY, newKey.toString());
            assertThat(operator.awaitFailed(operator.start(oldSavepoint)))
                    .contains("SIGNER_UNFIT", "grant it");
            try (Wallet next = Wallet.open(stack.file(), newKey);
                    EvmSession chain = chain()) {
                vault.announceSettler(next.address()).send();
                chain.pass(Duration.ofSeconds(vault.SETTLER_NOTICE().send().longValueExact()));
                vault.grantRole(settler, next.address()).send();
                admin.token().mint(admin.address(), BOND).send();
                admin.token().approve(vault.getContractAddress(), BOND).send();
                vault.postBond(next.address(), BOND).send();
            }
            operator.start(oldSavepoint);
            assertGoesOn();
            operator.awaitMetric("submit.submit.unsettledParts", 0);
            operator.awaitMetric("submit.submit.feeCapped", 0);
            vault.revokeRole(settler, old.address()).send();
        }
        operator.set("chain.rpc.urls", stack.file().rpcUrl());
    }

    private static void assertRefusedWith(String option, String wrong, String... says)
            throws Exception {
        String right = operator.option(option);
        operator.set(option, wrong);
        assertThat(operator.awaitFailed(operator.start(oldSavepoint))).contains(says);
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
            ClusterOperator.abort(admin, held, "hangs");
        }
        assertThat(operator.awaitFailed(operator.start(oldSavepoint)))
                .contains("the ledger is recorded up to");
        operator.run(recovered());
        assertGoesOn();
    }

    @Test
    @Order(4)
    void chain_brokeItsFinality_settledAgainAndTheStateRebuilt() throws Exception {
        String savepoint = operator.stop();
        try (EvmSession chain = chain()) {
            chain.reorganise(20, List.of()); // with settled epochs
            assertThat(operator.awaitFailed(operator.start(savepoint)))
                    .contains("FinalityViolatedException");
            sendSignedAgain();
            long sent = chain.blockNumber();
            await("what was sent again is final")
                    .atMost(LIMIT)
                    .until(() -> chain.blockNumber() > sent + 9);
        }
        operator.set("chain.finality", "8"); // more than the four blocks of its tag
        operator.run(recovered());
        assertGoesOn();
        operator.set("chain.finality", "finalized");
    }

    /** All that the journal holds; the node refuses what it has. */
    private static void sendSignedAgain() throws Exception {
        for (var record :
                TopicCopy.of(stack.file().bootstrapServers(), Topics.TRANSACTIONS).records()) {
            SettlementRecord entry = JsonCodec.decode(record.value(), SettlementRecord.class);
            if (entry.state() == SettlementRecord.State.SIGNED) {
                operator.callChain("eth_sendRawTransaction", entry.raw());
            }
        }
    }

    /** By TLS and with a password, as the job does. */
    @Test
    @Order(5)
    void clients_ofEachLanguage_logInAndProve() throws Exception {
        new GuardedClients(folder, door, stack.file()).askInEachLanguage();
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
                .containsAnyOf(
                        "LOG_SHORT",
                        "deleted and created anew",
                        "is to be read on from offset",
                        "not of one ledger");
        // The receipts of the epoch are there, so that it can be sealed, but not as it was settled.
        assertRecoverRefuses("in the log but");
        epochs.restore(0);
        charges.restore(charges.records().size());
        receipts.restore(receipts.records().size());
        assertRecoverRefuses("neither the committed charges nor what the brokers have stored");
        charges.restore(0);
        receipts.restore(0);
        operator.run(recovered());
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

    /** After the audit, which would miss the requests that are deleted here. */
    @Test
    @Order(8)
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
        assertGoesOn();
        operator.unset("kafka.lost.requests");
        assertThat(lost).noneMatch(gone -> client.view().charges().containsKey(gone.requestId()));
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

    /** The last: whatever ran before. */
    @Test
    @Order(10)
    void passwordOfTheBrokers_isInNothingThatFlinkStoresOrLogs() throws Exception {
        assertThat(folder.resolve("stack/flink")).isNotEmptyDirectory();
        assertThat(door.leaksIn(folder)).isEmpty();
    }

    private static String recovered() throws Exception {
        ClusterOperator.Ended recovery = operator.recover(savepoints());
        assertThat(recovery.exit()).as(recovery.output()).isZero();
        return recovery.savepoint();
    }

    private static Path savepoints() {
        return folder.resolve("savepoints");
    }

    private static EvmSession chain() {
        return new EvmSession(stack.file().rpcUrl(), stack.file().chainId());
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
