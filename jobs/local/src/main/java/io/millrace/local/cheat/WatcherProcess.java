package io.millrace.local.cheat;

import io.millrace.local.stack.Jvm;
import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackProcess;
import io.millrace.local.stack.Wallet;
import io.millrace.unit.Secp256k1;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** {@code millrace watch} of a stack, as a process of its own with a key of its own. */
public final class WatcherProcess implements AutoCloseable {

    private static final String PROGRAM = "io.millrace.watch.cli.WatchProgram";
    private static final int HEAP_MEBIBYTES = 256;
    private static final int PATIENCE_SECONDS = 4;
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private final StackProcess process;
    private final String address;

    private WatcherProcess(StackProcess process, String address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts one, with a new key, which the stack's deployer gives gas money, or the one that has
     * watched this stack before, which goes on.
     */
    static WatcherProcess start(StackFile stack, Path directory) throws Exception {
        Path key = directory.resolve("keys/watcher");
        boolean isNew = Files.notExists(key);
        String address = isNew ? KeyFile.generate(key) : Secp256k1.address(KeyFile.read(key));
        if (isNew) {
            try (Wallet deployer = Wallet.ofDeployer(stack, directory)) {
                deployer.fund(address);
            }
        }
        Path data = directory.resolve("watcher");
        List<String> arguments = new ArrayList<>(arguments(stack, data));
        arguments.addAll(
                List.of(
                        "--watch.key.file",
                        key.toString(),
                        "--watch.patience.seconds",
                        Integer.toString(PATIENCE_SECONDS)));
        Path logs = directory.resolve("logs");
        StackProcess process =
                new StackProcess(
                        "watcher",
                        () -> jvm(logs.resolve("watch.log"), arguments).launch(),
                        logs.resolve("watcher.log"),
                        new StackProcess.Readiness(() -> isOpen(data), START_LIMIT));
        process.start();
        return new WatcherProcess(process, address);
    }

    /** One of the stack, to be run with {@code arguments}. */
    public static Jvm jvm(Path log, List<String> arguments) {
        return new Jvm(HEAP_MEBIBYTES, log, PROGRAM, arguments);
    }

    /** Those that name the stack, and the folder {@code data} of what it has read. */
    public static List<String> arguments(StackFile stack, Path data) {
        return List.of(
                "watch",
                "--kafka.bootstrap.servers",
                stack.bootstrapServers(),
                "--chain.rpc.urls",
                stack.rpcUrl(),
                "--chain.start.block",
                Long.toString(stack.startBlock()),
                "--vault.address",
                stack.vault(),
                "--registry.address",
                stack.registry(),
                "--watch.data",
                data.toString());
    }

    String address() {
        return address;
    }

    /** Fails if it has ended, with the end of its log. */
    void requireAlive() {
        process.requireAlive();
    }

    @Override
    public void close() {
        process.close();
    }

    private static boolean isOpen(Path data) throws Exception {
        try (Stream<Path> files = Files.list(data)) {
            return files.findAny().isPresent();
        }
    }
}
