package io.millrace.watch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.watch.act.Kind;
import io.millrace.watch.act.TribunalCalls;
import io.millrace.watch.testing.Books;
import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Court;
import io.millrace.watch.testing.Task;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.utils.Numeric;

/** The command, as far as it goes without a topic: nobody challenges, or it is too late. */
class DefendTaskITCase {

    @TempDir private Path folder;
    private Court court;
    private Path key;

    @BeforeEach
    void open() throws Exception {
        court = Court.open(1);
        court.pass(120); // the model's first price is in force
        key = folder.resolve("key");
        Files.writeString(key, Numeric.toHexString(Court.CHALLENGER.key()));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    @AfterEach
    void close() {
        court.close();
    }

    @Test
    void defend_onceAndNothingIsOpen_endsWell() {
        assertThat(defend("--defend.key.file=" + key)).isZero();
    }

    @Test
    void defend_onceAndOneWasConcluded_saysSo() throws Exception {
        long millis = court.chain().newest().seconds() * 1_000;
        Settled settled = new Books(court).settle(List.of(new Task(1, 1, millis)));
        court.send(
                Court.CHALLENGER,
                TribunalCalls.challengeStatement(settled.part(), 1, List.of()),
                Court.DEPOSIT_WEI);
        court.pass(Court.RESPONSE_SECONDS + 1);
        court.send(
                Court.CHALLENGER,
                TribunalCalls.conclude(
                        settled.header().epoch(),
                        0,
                        1,
                        Kind.STATEMENT,
                        settled.debit(0, 1).longValueExact()),
                BigInteger.ZERO);
        court.node.call("anvil_mine", 8);

        assertThat(defend("--defend.key.file=" + key)).isEqualTo(WatchProgram.FAULTY);
    }

    @Test
    void defend_keyThatIsMissingOrWrongSettler_saysWhatToGive() {
        assertThat(defend()).isEqualTo(2);
        assertThat(defend("--defend.key.file=" + folder.resolve("none"))).isEqualTo(3);
        assertThat(defend("--defend.key.file=" + key, "--defend.settlers=me")).isEqualTo(3);
    }

    private int defend(String... options) {
        return WatchProgram.run(
                Stream.concat(
                                Stream.of(
                                        "defend",
                                        "--once",
                                        "--kafka.bootstrap.servers=127.0.0.1:1",
                                        "--chain.rpc.urls=" + court.node.url(),
                                        "--vault.address=" + court.vault.getContractAddress(),
                                        "--defend.data=" + folder.resolve("data")),
                                Stream.of(options))
                        .toArray(String[]::new));
    }
}
