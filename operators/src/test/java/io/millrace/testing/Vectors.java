package io.millrace.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.unit.Eip712Domain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * The vectors that Java and Solidity are held together by. Neither side writes them: ethers does.
 */
public final class Vectors {

    private static final Path FOLDER = Path.of("..", "contracts", "test", "vectors");

    private Vectors() {}

    /** One file of {@code contracts/test/vectors}. */
    public static JsonNode read(String file) {
        try {
            return new ObjectMapper().readTree(FOLDER.resolve(file).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "run the tests from their module's folder, beside contracts/: "
                            + FOLDER.toAbsolutePath(),
                    e);
        }
    }

    /** The domain a file's digests are under. */
    public static Eip712Domain domain(JsonNode file) {
        JsonNode domain = file.get("domain");
        return new Eip712Domain(
                domain.get("chainId").asLong(), domain.get("verifyingContract").asText());
    }
}
