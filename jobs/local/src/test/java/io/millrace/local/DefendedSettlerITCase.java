package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.ChainEvents;
import io.millrace.audit.EpochPart;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.LogRanges;
import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import io.millrace.watch.act.ShownLeaves;
import io.millrace.watch.act.TribunalCalls;
import io.millrace.watch.act.TribunalChain;
import io.millrace.watch.act.TribunalEvent;
import io.millrace.watch.act.TribunalEvent.Answered;
import io.millrace.watch.act.TribunalEvent.Challenged;
import io.millrace.watch.act.send.FinalBlock;
import io.millrace.watch.act.send.GasKey;
import io.millrace.watch.act.send.Outcome;
import io.millrace.watch.act.send.SendLimits;
import io.millrace.watch.act.send.TransactionSender;
import io.millrace.watch.cli.WatchProgram;
import io.millrace.watch.follow.SettleCalls;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.crypto.Hash;

/**
 * A running settler whom a stranger challenges: its defender, a process of its own, answers from
 * the topics that the job writes, also after it was killed.
 */
class DefendedSettlerITCase {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int PARTS = 2;
    private static final int PLACES = 2;
    private static final int AT_LEAST = 24;

    @TempDir private Path folder;

    @Test
    void stranger_challengesWhileRequestsCome_everyChallengeIsAnswered() throws Exception {
        try (LocalStack stack = TestStack.own(StackOptions.in(folder.resolve("stack")));
                StackClient client = new StackClient(stack)) {
            stack.awaitDeposits();
            JsonRpc rpc = new JsonRpc(stack.file().rpcUrl());
            TribunalChain chain = TribunalChain.of(rpc, stack.file().vault());
            Path key = key(rpc, "defender");
            Process defender = defend(stack.file(), key, "first");
            try (SteadyTraffic traffic = new SteadyTraffic(client, stack.file().requesters())) {
                traffic.start();
                client.awaitThat("charges", view -> client.sent().stream().anyMatch(view::ended));
                await("epochs that debit somebody")
                        .atMost(LIMIT)
                        .until(() -> settled(rpc, chain).size() >= PARTS);
                BigInteger bondNano = bond(stack.file(), chain);
                challenge(rpc, chain);

                awaitAnswers(chain, 1, defender, "first");
                defender.destroyForcibly().waitFor();
                System.out.println(answers(chain).size() + " answers when it was killed");
                defender = defend(stack.file(), key, "second");
                int challenged = challenges(chain).size();
                assertThat(challenged).isGreaterThanOrEqualTo(AT_LEAST);
                awaitAnswers(chain, challenged, defender, "second");

                assertThat(bond(stack.file(), chain)).isEqualTo(bondNano);
                assertAnsweredInEveryWay(rpc, chain);
            } finally {
                defender.destroy();
            }
            assertThat(defender.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(log("first") + log("second")).doesNotContain("cannot be answered");
            client.awaitSettled();
            assertThat(client.audit().ok()).isTrue();
        }
    }

    /** Statements and places, full and empty, of the newest parts, as fast as they can be sent. */
    private void challenge(JsonRpc rpc, TribunalChain chain) throws Exception {
        Path journal = folder.resolve("challenges");
        try (TransactionSender stranger =
                TransactionSender.open(
                        journal,
                        GasKey.read(key(rpc, "stranger")),
                        rpc,
                        FinalBlock.OF_NODE,
                        SendLimits.DEFAULT.spending(BigInteger.TEN.pow(19)),
                        Clock.systemUTC())) {
            List<EpochPart> parts = settled(rpc, chain);
            for (EpochPart part : parts.subList(parts.size() - PARTS, parts.size())) {
                List<Long> accounts = List.copyOf(part.debitsByAccount().keySet());
                for (long account : accounts) {
                    submit(
                            stranger,
                            chain,
                            TribunalCalls.challengeStatement(part, account, List.of()));
                }
                for (long shard = 0; shard < 1L << chain.terms().shardDepth(); shard++) {
                    for (long index = 0; index < PLACES; index++) {
                        submit(
                                stranger,
                                chain,
                                TribunalCalls.challengeLeaf(part, accounts.get(0), shard, index));
                    }
                }
            }
            await("all of them are in blocks")
                    .atMost(LIMIT)
                    .until(
                            () -> {
                                stranger.step();
                                return stranger.inNoBlock() == 0;
                            });
        }
    }

    /** A place that the tree does not have cannot be challenged. */
    private static void submit(TransactionSender stranger, TribunalChain chain, String calldata)
            throws Exception {
        Outcome outcome =
                stranger.submit(
                        Hash.sha3String(calldata),
                        chain.tribunal(),
                        calldata,
                        chain.terms().depositWei());
        assertThat(outcome.isSent() || outcome.reason().equals("PositionOutsideTheTree"))
                .as(outcome.reason())
                .isTrue();
    }

    private void awaitAnswers(TribunalChain chain, int number, Process defender, String log) {
        await(number + " answers")
                .atMost(LIMIT)
                .until(
                        () -> {
                            assertThat(defender.isAlive()).as(log(log)).isTrue();
                            return answers(chain).size() >= number;
                        });
    }

    private static void assertAnsweredInEveryWay(JsonRpc rpc, TribunalChain chain)
            throws IOException {
        List<TribunalEvent> events = chain.events(0, chain.newest().number());
        assertThat(events)
                .noneMatch(TribunalEvent.FaultProven.class::isInstance)
                .noneMatch(TribunalEvent.Concluded.class::isInstance);
        Set<Integer> shown = new TreeSet<>();
        for (Answered answer : answers(chain)) {
            String input =
                    rpc.call("eth_getTransactionByHash", answer.at().transaction())
                            .path("input")
                            .asText();
            shown.add(ShownLeaves.of(input).size());
        }
        assertThat(shown).as("leaves shown: nothing there, one, first and last").contains(0, 1, 2);
        long inTime = answers(chain).stream().filter(Answered::inTime).count();
        System.out.printf("%d answers, %d of them in time%n", answers(chain).size(), inTime);
    }

    private Process defend(StackFile stack, Path key, String log) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                WatchProgram.class.getName(),
                                "defend",
                                "--kafka.bootstrap.servers=" + stack.bootstrapServers(),
                                "--chain.rpc.urls=" + stack.rpcUrl(),
                                "--vault.address=" + stack.vault(),
                                "--chain.start.block=" + stack.startBlock(),
                                "--defend.key.file=" + key,
                                "--defend.data=" + folder.resolve("defend"))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve(log + ".log").toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return builder.start();
    }

    private String log(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".log"));
    }

    /** A key with gas and no role. */
    private Path key(JsonRpc rpc, String name) throws IOException {
        Path file = folder.resolve(name + ".key");
        Files.writeString(file, Hash.sha3String("key of the test's " + name));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        rpc.find("anvil_setBalance", GasKey.read(file).address(), "0x56bc75e2d63100000");
        return file;
    }

    private static BigInteger bond(StackFile stack, TribunalChain chain) throws Exception {
        try (EvmSession session = new EvmSession(stack.rpcUrl(), stack.chainId())) {
            String settler = chain.settlerOf(1, 0);
            return session.vault(stack.vault())
                    .bondOf(settler, BigInteger.ZERO)
                    .send()
                    .component1();
        }
    }

    /** The parts that debit somebody, as they were settled. */
    private static List<EpochPart> settled(JsonRpc rpc, TribunalChain chain) throws IOException {
        SettleCalls calls =
                new SettleCalls(
                        rpc, chain.vault(), new TypedHashes(chain.chainId(), chain.vault()));
        LogRanges ranges = new LogRanges(rpc, List.of(chain.vault()));
        List<EpochPart> parts = new ArrayList<>();
        long last = chain.newest().number();
        for (long from = 0; from <= last; from = ranges.next()) {
            for (JsonNode log : ranges.logs(from, last)) {
                JsonNode topics = log.path("topics");
                if (topics.path(0).asText().equals(ChainEvents.EPOCH_SETTLED)) {
                    String data =
                            calls.arguments(
                                            log.path("transactionHash").asText(),
                                            topics.path(3).asText())
                                    .orElseThrow();
                    parts.add(ChainEvents.settleCall(new AbiWords(data)));
                }
            }
        }
        parts.removeIf(part -> part.debitsByAccount().isEmpty());
        return parts;
    }

    private static List<Challenged> challenges(TribunalChain chain) throws IOException {
        return chain.events(0, chain.newest().number()).stream()
                .filter(Challenged.class::isInstance)
                .map(Challenged.class::cast)
                .toList();
    }

    private static List<Answered> answers(TribunalChain chain) throws IOException {
        return chain.events(0, chain.newest().number()).stream()
                .filter(Answered.class::isInstance)
                .map(Answered.class::cast)
                .toList();
    }
}
