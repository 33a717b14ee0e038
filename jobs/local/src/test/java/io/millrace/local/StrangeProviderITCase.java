package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.audit.Audit;
import io.millrace.audit.AuditConfig;
import io.millrace.audit.Books;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.job.recover.Recovery;
import io.millrace.local.chaos.sign.Sign;
import io.millrace.local.chaos.sign.SignWatch;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.JobRunner;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import io.millrace.local.stack.Wallet;
import io.millrace.local.strange.Habits;
import io.millrace.local.strange.StrangeNode;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A provider with limits, prices and words of its own, drawn by a seed: the job settles what it
 * charges all the same, and recover and audit come to their end. The build has the same one
 * everywhere; give others with {@code -Dmillrace.provider.seed}, and commas between them.
 */
class StrangeProviderITCase {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final BigInteger MORE_BASE_UNITS = BigInteger.valueOf(StackOptions.DOLLAR);
    private static final BigInteger PART_NANO = BigInteger.valueOf(2_000_000_000);

    @TempDir private Path folder;

    static LongStream seeds() {
        String given = System.getProperty("millrace.provider.seed", "");
        return given.isEmpty()
                ? LongStream.of(1)
                : Stream.of(given.split(",", -1)).mapToLong(Long::parseLong);
    }

    @ParameterizedTest(name = "-Dmillrace.provider.seed={0}")
    @MethodSource("seeds")
    void job_atAProviderThatNobodyHasMet_settlesAndIsAuditedAndRecovered(long seed)
            throws Exception {
        Habits habits = Habits.of(seed);
        Path directory = folder.resolve("stack");
        try (StrangeNode node = new StrangeNode(habits, seed);
                LocalStack stack =
                        TestStack.own(options(node, habits, directory), behind(node, directory));
                StackClient client = new StackClient(stack);
                SignWatch signs =
                        SignWatch.of(
                                new FlinkRest(URI.create(stack.file().webUrl())),
                                directory.resolve("logs"));
                Wallet owner = wallet(stack)) {
            stack.awaitDeposits();
            client.send(6);
            deposit(owner);
            owner.vault().requestWithdrawal(PART_NANO).send();
            client.send(6);
            awaitReleased(owner);

            List<SentRequest> open = client.send(4);
            stack.job().cancel();
            Recovery.Report report = Recovery.run(stack.job().config(), stack.job().savepoints());
            stack.job().start(behind(node, directory), report.savepoint(), 0, Map.of());
            client.awaitThat("what was open", view -> open.stream().allMatch(view::ended));
            client.send(2);
            client.awaitSettled();
            assertBalanced(client, node);
            assertThat(client.view().charges()).hasSameSizeAs(client.sent());
            assertThat(alarms(signs.stop()))
                    .as("alarms that its provider does not warrant")
                    .isSubsetOf(warranted(habits));
        }
    }

    private static StackOptions options(StrangeNode node, Habits habits, Path directory) {
        StackOptions options =
                StackOptions.in(directory).withJobOption("chain.rpc.urls", node.url());
        return habits.hasTags() ? options : options.withJobOption("chain.finality", "4");
    }

    /** The node's address is known when the job starts. */
    private static JobRunner behind(StrangeNode node, Path directory) {
        return (flink, options) -> {
            node.before(StackFile.read(directory).rpcUrl());
            return TestStack.job(flink, options);
        };
    }

    private static Wallet wallet(LocalStack stack) throws IOException {
        return Wallet.open(stack.file(), Path.of(stack.file().requesters().get(0).keyFile()));
    }

    private static void deposit(Wallet owner) throws Exception {
        owner.token().approve(owner.vault().getContractAddress(), MORE_BASE_UNITS).send();
        owner.vault().deposit(MORE_BASE_UNITS).send();
    }

    private static void awaitReleased(Wallet owner) throws Exception {
        BigInteger account = owner.vault().spendingAccountOf(owner.address()).send();
        await("an epoch releases the withdrawal")
                .atMost(LIMIT)
                .until(
                        () ->
                                owner.vault()
                                        .spendingAccount(account)
                                        .send()
                                        .component4()
                                        .equals(PART_NANO));
    }

    /** By the strange provider as by the node itself. */
    private static void assertBalanced(StackClient client, StrangeNode node) throws IOException {
        StackFile file = client.stack();
        Books books =
                Audit.run(
                        new AuditConfig(
                                KafkaAccess.at(file.bootstrapServers()),
                                node.url(),
                                file.vault(),
                                file.registry(),
                                file.startBlock(),
                                true));
        assertThat(books.checks()).allMatch(Books.Check::ok);
        assertThat(client.audit().checks()).as("by the node itself").allMatch(Books.Check::ok);
    }

    /** Those that are of the chain: the machine may be slow otherwise. */
    private static Set<String> alarms(List<Sign> signs) {
        Set<String> alarms = new HashSet<>();
        for (Sign sign : signs) {
            boolean ofChain =
                    sign.source().startsWith("chain.") || sign.source().startsWith("submit.");
            if (sign.sort() == Sign.Sort.ALARM && ofChain) {
                alarms.add(sign.source());
            }
        }
        return alarms;
    }

    private static Set<String> warranted(Habits habits) {
        Set<String> warranted =
                new HashSet<>(
                        Set.of(
                                "chain.rpcFailures",
                                "submit.rpcFailures",
                                "submit.rpcUnknownErrors"));
        if (habits.talksTipsUp()) {
            warranted.add("submit.feeCapped");
        }
        return warranted;
    }
}
