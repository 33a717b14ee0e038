package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key stays where it is, and is refused where others can read it. */
class FileKeySignerTest {

    private static final String KEY = Hex.encode(Keccak.hashUtf8("a key of the tests"));

    @TempDir private Path directory;

    @Test
    void read_ownerOnlyFile_signsAsItsAddress() throws Exception {
        FileKeySigner signer = FileKeySigner.read(file(KEY + "\n", "rw-------"));
        byte[] digest = Keccak.hashUtf8("something");

        assertThat(Secp256k1.recover(digest, signer.sign(digest))).contains(signer.address());
        assertThat(signer.toString()).doesNotContain(KEY.substring(2));
    }

    /** A secret in a pod: owned by root, handed over by group. */
    @Test
    void read_fileTheGroupCanRead_isRead() throws Exception {
        assertThat(FileKeySigner.read(file(KEY, "r--r-----")).address())
                .isEqualTo(Secp256k1.address(Hex.decode(KEY)));
    }

    @Test
    void read_fileOthersCanRead_isRefusedWithTheRemedy() throws Exception {
        Path file = file(KEY, "rw-r--r--");

        assertThatThrownBy(() -> FileKeySigner.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("rw-r--r--", "chmod 600");
    }

    @Test
    void read_notAKey_isRefusedWithoutQuotingIt() throws Exception {
        Path file = file(KEY + "00", "rw-------");

        assertThatThrownBy(() -> FileKeySigner.read(file))
                .hasMessageContaining("64 hexadecimal digits")
                .hasNoCause()
                .message()
                .doesNotContain(KEY.substring(2));
    }

    private Path file(String content, String permissions) throws IOException {
        Path file = Files.writeString(directory.resolve("settler.key"), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
