package io.millrace.chain.submit;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.Finality;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.testing.Anvil;
import io.millrace.testing.FaultChain;
import io.millrace.testing.LocalVault;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A submitter in a process of its own, so that it can be killed and stopped for real. It settles
 * the epochs in its directory, journals there, and ends with 0 once all are final. What it is
 * killed at is up to the proxy that it talks to: it has no hooks.
 */
final class SubmitterProcess implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int KILLED = 128 + 9;
    private final Path directory;
    private final Process process;

    /** Starts it on the proxy of {@code chain}. */
    SubmitterProcess(FaultChain chain, List<SealedPart> parts, Path directory) throws IOException {
        this.directory = directory;
        MAPPER.writeValue(log(directory).toFile(), parts);
        L2Connection connection = chain.local().connection();
        this.process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx256m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                SubmitterProcess.class.getName(),
                                directory.toString(),
                                chain.proxy().url(),
                                connection.vault(),
                                connection.registry(),
                                chain.identity().codeHash(),
                                chain.identity().token())
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.to(new File(directory.toFile(), "output")))
                        .start();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** SIGSTOP or SIGCONT. */
    void signal(String name) throws Exception {
        Process kill =
                new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " of " + process.pid() + " failed");
        }
    }

    /** Waits until it has ended, as it must by being killed. */
    void awaitKilled() throws Exception {
        awaitEnd(KILLED);
    }

    /** Waits until it has ended because all is final. */
    void awaitFinished() throws Exception {
        awaitEnd(0);
    }

    private void awaitEnd(int expected) throws Exception {
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        if (!ended || process.exitValue() != expected) {
            throw new AssertionError(
                    "the submitter's process "
                            + (ended ? "ended with " + process.exitValue() : "goes on")
                            + ": "
                            + Files.readString(directory.resolve("output")));
        }
    }

    /** What it journaled. */
    List<SettlementRecord> journaled() throws IOException {
        List<SettlementRecord> entries = new ArrayList<>();
        for (String line : Files.readAllLines(journal(directory))) {
            entries.add(MAPPER.readValue(line, SettlementRecord.class));
        }
        return entries;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    private static Path log(Path directory) {
        return directory.resolve("epochs.json");
    }

    private static Path journal(Path directory) {
        return directory.resolve("journal");
    }

    /** Runs in the process. */
    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        List<SealedPart> parts =
                MAPPER.readValue(log(directory).toFile(), new TypeReference<>() {});
        SubmitContext context =
                new SubmitContext(
                        JsonRpcVaultClient.over(
                                        new L2Connection(
                                                List.of(args[1]),
                                                args[2],
                                                args[3],
                                                Finality.FINALIZED,
                                                5_000))
                                .open(),
                        LocalVault.SETTLER,
                        new FileJournal(journal(directory)),
                        () -> Optional.of(parts.get(parts.size() - 1)),
                        options(new VaultIdentity(Anvil.CHAIN_ID, args[4], args[5])),
                        Clock.systemUTC(),
                        new SubmitMetrics());
        EpochSubmitter submitter =
                new EpochSubmitter(context, new SubmissionHistory(), entry -> {});
        for (SealedPart part : parts) {
            submitter.add(part, 0);
        }
        for (long wait = submitter.step(); wait != EpochSubmitter.IDLE; wait = submitter.step()) {
            Thread.sleep(wait);
        }
    }

    private static SubmitOptions options(VaultIdentity vault) {
        return new SubmitOptions(
                vault,
                50,
                100,
                200,
                200,
                SubmitOptions.MAX_TRANSACTION_GAS,
                100,
                SubmitOptions.LOW_BALANCE_WEI,
                FaultSubmitter.FEES);
    }

    /** Lines of JSON, each on the disk before it counts. */
    private record FileJournal(Path file) implements SubmissionJournal {

        @Override
        public SubmissionHistory history() {
            return new SubmissionHistory();
        }

        @Override
        public void append(SettlementRecord entry) throws IOException {
            byte[] line =
                    (MAPPER.writeValueAsString(entry) + "\n").getBytes(StandardCharsets.UTF_8);
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                channel.write(ByteBuffer.wrap(line));
                channel.force(true);
            }
        }

        @Override
        public void close() {}
    }
}
