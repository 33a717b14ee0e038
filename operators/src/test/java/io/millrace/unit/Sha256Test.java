package io.millrace.unit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256Test {

    @TempDir private Path folder;

    @Test
    void file_ofThreeLetters_hasThePublishedDigest() throws IOException {
        Path file = Files.write(folder.resolve("abc"), "abc".getBytes(US_ASCII));

        assertThat(Sha256.ofFile(file))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(Sha256.ofFileOnce(file)).isEqualTo(Sha256.ofFile(file));
    }

    /** Each task of a job read all of its models, one after the other after every restart. */
    @Test
    void largeFile_asFound_isReadOnce() throws IOException {
        Path file = large("model", 1);
        assertThat(Sha256.ofFileOnce(file)).isEqualTo(Sha256.ofFile(file));

        List<String> remembered =
                System.getProperties().stringPropertyNames().stream()
                        .filter(name -> name.endsWith(" " + file))
                        .toList();
        assertThat(remembered).hasSize(1);
        System.setProperty(remembered.get(0), "what was read");
        assertThat(Sha256.ofFileOnce(file)).isEqualTo("what was read");
    }

    /**
     * What was published with a manifest is put in another's place, of the same length and time.
     */
    @Test
    void largeFile_changedOrReplaced_isReadAgain() throws IOException {
        Path file = large("model", 1);
        FileTime time = Files.getLastModifiedTime(file);
        String first = Sha256.ofFileOnce(file);

        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {2}), Sha256.LARGE_BYTES / 2);
        }
        Files.setLastModifiedTime(file, time);
        String changed = Sha256.ofFileOnce(file);
        assertThat(changed).isEqualTo(Sha256.ofFile(file)).isNotEqualTo(first);

        Path other = large("other", 3);
        Files.setLastModifiedTime(other, time);
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(Sha256.ofFileOnce(file)).isEqualTo(Sha256.ofFile(file)).isNotEqualTo(changed);
    }

    private Path large(String name, int value) throws IOException {
        byte[] bytes = new byte[Sha256.LARGE_BYTES];
        bytes[bytes.length - 1] = (byte) value;
        return Files.write(folder.resolve(name), bytes);
    }
}
