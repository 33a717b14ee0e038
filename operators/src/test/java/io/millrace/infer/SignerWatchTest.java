package io.millrace.infer;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.testing.FakeSigners;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SignerWatchTest {

    private static final ProviderKey PROVIDER = new ProviderKey(3, "/keys/provider-3");
    private static final String OURS = "0x" + "aa".repeat(20);
    private static final String OTHER = "0x" + "bb".repeat(20);
    private static final long NEXT_FROM_SECONDS = 1_900_000_000;

    @Test
    void start_anotherKeyIsInForce_refusedWithBothKeysTheFileAndTheRemedy() {
        FakeSigners chain = new FakeSigners("another");
        chain.say(OTHER, OURS, NEXT_FROM_SECONDS);

        assertThatThrownBy(() -> watch(chain).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(
                        "key " + OURS + " of /keys/provider-3",
                        "earning account 3",
                        OTHER + " does",
                        OURS + " from 2030-03-17T17:46:40Z on",
                        "announce " + OURS);
    }

    /** The owner set another key while the process went on with the old one. */
    @Test
    void look_theKeyWasFollowed_stopsAndAnOutageDoesNotRevokeThat() throws Exception {
        FakeSigners chain = new FakeSigners("followed");
        chain.say(OURS, OTHER, NEXT_FROM_SECONDS);
        try (SignerWatch watch = watch(chain)) {
            awaitAnotherLook(chain);
            watch.requireSigner();

            chain.say(OTHER);
            await("the refusal").untilAsserted(() -> assertRefused(watch));
            chain.fallSilent();
            awaitAnotherLook(chain);
            assertRefused(watch);
        }
    }

    /** A chain that does not answer holds nothing up; the first answer counts. */
    @Test
    void look_theChainIsSilentAtTheStart_goesOnUntilItSpeaks() throws Exception {
        FakeSigners chain = new FakeSigners("late");
        try (SignerWatch watch = watch(chain)) {
            awaitAnotherLook(chain);
            assertThatCode(watch::requireSigner).doesNotThrowAnyException();

            chain.say(OTHER);
            await("the refusal").untilAsserted(() -> assertRefused(watch));
            chain.say(OURS);
            await("the key is in force again").untilAsserted(watch::requireSigner);
        }
    }

    private static SignerWatch watch(FakeSigners chain) throws InterruptedException {
        return SignerWatch.start(chain, PROVIDER, OURS, 5);
    }

    private static void assertRefused(SignerWatch watch) {
        assertThatThrownBy(watch::requireSigner).hasMessageContaining(OTHER + " does;");
    }

    /** One that begins after this call and has ended. */
    private static void awaitAnotherLook(FakeSigners chain) throws InterruptedException {
        chain.asked().drainPermits();
        chain.asked().acquire(3);
    }
}
