package io.millrace.chain.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts as the providers send them; the codes alone would mislead. */
class RpcErrorTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    Alchemy    | -32602 | Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response. Based on your parameters and the response size limit, this block range should work: [0x0, 0x133e] | 4927
                    Alchemy    | -32600 | Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. | 10
                    Infura     | -32005 | query returned more than 10000 results. Try with this block range [0xCB3D, 0xCB40]. | 4
                    QuickNode  | -32614 | eth_getLogs is limited to a 10,000 range | 10000
                    Base       | -32614 | eth_getLogs is limited to a 2,000 blocks range | 2000
                    Ankr       | -32600 | block range is too wide | 0
                    Ankr       | -32000 | maximum [from, to] blocks distance: 1000 | 1000
                    geth       | -32000 | exceed maximum block range: 50000 | 50000
                    reth       | -32602 | query exceeds max block range 100000 | 100000
                    reth       | -32602 | query exceeds max results 20000, retry with the range 24383075-24383096 | 22
                    Avalanche  | -32000 | requested too many blocks from 0 to 16777216, maximum is set to 2048 | 2048
                    dRPC       | 35     | ranges over 10000 blocks are not supported on freetier | 10000
                    Cloudflare | -32602 | Max range: 800 | 800
                    thirdweb   | -32602 | Maximum allowed number of requested blocks is 1000 | 1000
                    Coinbase   | -32602 | please limit the query to at most 1,000 blocks | 1000
                    Blast      | -32600 | exceeds the range allowed for your plan (5000 > 1000) | 1000
                    Arbitrum   | -32000 | logs matched by query exceeds limit of 10000 | 0
                    Optimism   | -32020 | backend response too large | 0
                    geth       | -32000 | query timeout exceeded | 0
                    """)
    void text_ofARangeLimit_isTooWideWithWhatItSuggests(
            String provider, int code, String text, long fitting) {
        RpcException e = RpcException.refused("eth_getLogs", code, text, null);

        assertThat(e.kind()).as(provider).isEqualTo(RpcErrorKind.TOO_WIDE);
        assertThat(e.fittingBlocks()).as(provider).isEqualTo(fitting);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    -32602 | block range extends beyond current head block
                    -32000 | block range extends beyond current head block: requested 0x2000, head 0x1000
                    -32000 | requested block range [4096, 8192] is beyond latest executed block 4000
                    -32000 | One of the blocks specified in filter (fromBlock, toBlock or blockHash) cannot be found.
                    -32000 | unknown block
                    -32000 | header not found
                    """)
    void text_ofANodeBehind_isNotARangeTooWide(int code, String text) {
        assertThat(RpcException.refused("eth_getLogs", code, text, null).kind())
                .as("a narrower range would be refused for ever")
                .isEqualTo(RpcErrorKind.BEHIND);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    429    | Your app has exceeded its compute units per second capacity
                    -32005 | daily request count exceeded, request rate limited
                    -32007 | 50/second request limit reached - too many requests
                    -32011 | no backend is currently healthy to serve traffic
                    """)
    void text_ofARateLimit_meansLater(int code, String text) {
        assertThat(RpcException.refused("eth_getLogs", code, text, null).kind())
                .isEqualTo(RpcErrorKind.UNREACHABLE);
    }

    @Test
    void text_ofOtherErrors_staysRefused() {
        assertThat(RpcException.refused("eth_getLogs", -32601, "method not found", null).kind())
                .isEqualTo(RpcErrorKind.REFUSED);
        assertThat(
                        RpcException.refused(
                                        "eth_call",
                                        -32000,
                                        "query returned more than 5 results",
                                        null)
                                .kind())
                .as("only eth_getLogs has ranges")
                .isEqualTo(RpcErrorKind.REFUSED);
        RpcException revert =
                RpcException.refused("eth_call", 3, "execution reverted: rate limit", "0x12345678");
        assertThat(revert.isRevert()).as("a contract's own words").isTrue();
    }

    /** A range refused with that code was no range to narrow, and ended recover at once. */
    @Test
    void codeOfAReverts_ofACallThatRunsNothing_isNoRevert() {
        RpcException range = RpcException.refused("eth_getLogs", 3, "zu viel", "0x0123456789");

        assertThat(range.isRevert()).isFalse();
        assertThat(range.ofRange().kind()).isEqualTo(RpcErrorKind.TOO_WIDE);
    }
}
