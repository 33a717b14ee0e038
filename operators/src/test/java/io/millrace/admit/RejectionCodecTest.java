package io.millrace.admit;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.id;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.PageExample;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class RejectionCodecTest {

    @Test
    void encode_rejection_namesCodeRemedyAndCoordinates() {
        Rejection full =
                new Rejection(
                        new RequestPlace(3, 7),
                        9,
                        id("a"),
                        ALICE,
                        RejectReason.DUPLICATE,
                        "was \"there\"");
        Rejection early =
                new Rejection(new RequestPlace(0, 1), 2, null, null, RejectReason.MALFORMED, "m");

        assertThat(new String(RejectionCodec.encode(full), UTF_8))
                .isEqualTo(
                        "{\"code\":\"DUPLICATE\",\"message\":\"was \\\"there\\\"\",\"requestId\":\""
                                + id("a")
                                + "\",\"requesterAddress\":\""
                                + ALICE
                                + "\",\"partition\":3,\"offset\":7,\"appendMillis\":9}");
        assertThat(new String(RejectionCodec.encode(early), UTF_8))
                .contains("\"requestId\":null,\"requesterAddress\":null");
    }

    @Test
    void encode_rejection_isAsThePageShowsIt() throws IOException {
        Rejection full =
                new Rejection(
                        new RequestPlace(3, 7), 9, id("a"), ALICE, RejectReason.DUPLICATE, "m");
        assertThat(PageExample.shape(PageExample.under("Refusals")))
                .isEqualTo(
                        PageExample.shape(
                                new ObjectMapper().readTree(RejectionCodec.encode(full))));
    }
}
