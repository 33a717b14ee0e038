package io.millrace.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TestDollar;
import io.millrace.infer.store.ModelManifest;
import io.millrace.testing.Anvil;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import io.millrace.unit.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.web3j.crypto.Credentials;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.RawTransactionManager;
import org.web3j.tx.gas.StaticGasProvider;
import org.web3j.tx.response.PollingTransactionReceiptProcessor;

/** The program with its files: two of options, as a cluster mounts them, and a key. */
final class Launch {

    static final String ADMIN = "0x" + "ad".repeat(20);
    static final String SETTLER = "0x" + "5e".repeat(20);
    static final long PRICE_NANO = 20_000_000L;

    private static final StaticGasProvider GAS =
            new StaticGasProvider(
                    BigInteger.valueOf(10_000_000_000L), BigInteger.valueOf(10_000_000));

    final String deployer;
    final String model;
    private final Path folder;
    private final Map<String, String> options = new LinkedHashMap<>();

    /** What a run ended with. */
    record Ended(int code, String out, String err) {}

    Launch(Anvil anvil, Path folder, String role) throws Exception {
        this.folder = folder;
        byte[] key = Keccak.hashUtf8("key of the test's " + role);
        deployer = Secp256k1.address(key);
        Path file = folder.resolve(role + ".key");
        Files.writeString(file, Hex.encode(key));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r-----"));
        anvil.fund(deployer);
        model = model(folder.resolve("models/tiny"));
        options.put("chain.rpc.urls", anvil.url());
        options.put("chain.id", "" + Anvil.CHAIN_ID);
        options.put("token.address", token(anvil));
        options.put("models.dir", folder.resolve("models").toString());
        options.put("deploy.key.file", file.toString());
        options.put("deploy.admin", ADMIN);
        options.put("deploy.settler", SETTLER);
        options.put("deploy.guardian", ADMIN);
        options.put("deploy.treasury", "0x" + "77".repeat(20));
        options.put("deploy.models", model + ":" + PRICE_NANO);
    }

    /** Another value of an option from now on; null for none. */
    Launch with(String key, String value) {
        options.put(key, value);
        return this;
    }

    Map<String, String> options() {
        return Map.copyOf(options);
    }

    Ended run() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code =
                DeployMain.run(
                        arguments(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ended(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The same in a process of its own, which may be killed. */
    Process start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(DeployMain.class.getName());
        command.addAll(List.of(arguments()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("deploy.log").toFile())
                .start();
    }

    private String[] arguments() throws IOException {
        Path file = folder.resolve("options.yaml");
        List<String> lines = new ArrayList<>();
        options.forEach((key, value) -> lines.add(key + ": \"" + value + "\""));
        Files.write(file, lines);
        return new String[] {"--config", file.toString()};
    }

    /** Its id; nothing looks into the files but for their digests. */
    static String model(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path graph = Files.writeString(folder.resolve(ModelManifest.MODEL_FILE), "graph");
        Path tokenizer = Files.writeString(folder.resolve(ModelManifest.TOKENIZER_FILE), "{}");
        Files.writeString(
                folder.resolve(ModelManifest.FILE),
                """
                {"name": "tiny", "engine": "OnnxRuntime", "precision": "float32", "dimension": 4,
                 "maxTokens": 8, "pooling": "mean", "normalize": true,
                 "files": {"model.onnx": "%s", "tokenizer.json": "%s"}}
                """
                        .formatted(Sha256.ofFile(graph), Sha256.ofFile(tokenizer)));
        return ModelManifest.read(folder).id();
    }

    /** A settlement token, which is there before a ledger is. */
    private static String token(Anvil anvil) throws Exception {
        byte[] key = Keccak.hashUtf8("key of the test's issuer");
        anvil.fund(Secp256k1.address(key));
        Web3j web3j = Web3j.build(new HttpService(anvil.url()));
        try {
            String address =
                    TestDollar.deploy(
                                    web3j,
                                    new RawTransactionManager(
                                            web3j,
                                            Credentials.create(Hex.encode(key)),
                                            Anvil.CHAIN_ID,
                                            new PollingTransactionReceiptProcessor(web3j, 50, 600)),
                                    GAS,
                                    BigInteger.valueOf(6))
                            .send()
                            .getContractAddress();
            assertThat(address).isNotEqualTo(EvmAddress.ZERO);
            return address;
        } finally {
            web3j.shutdown();
        }
    }
}
