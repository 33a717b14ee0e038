package io.millrace.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NanoTest {

    @ParameterizedTest
    @CsvSource({
        "0, 5, 0",
        "5, 0, 0",
        "1, 1, 1",
        "1, 1000000, 1",
        "1, 1000001, 2",
        "999999, 1, 1",
        "1000001, 1, 2",
        "1000000, 9223372036854775807, 9223372036854775807"
    })
    void feeRoundedUp_edges_roundsUpOnce(long units, long price, long feeNano) {
        assertThat(Nano.feeRoundedUp(units, price)).isEqualTo(feeNano);
    }

    @Test
    void feeRoundedUp_anyProduct_equalsBigIntegers() {
        long seed = 11;
        Random random = new Random(seed);
        BigInteger million = BigInteger.valueOf(Nano.UNITS_PER_PRICE);
        for (int i = 0; i < 20_000; i++) {
            long units = random.nextLong(1L << (1 + random.nextInt(40)));
            long price = random.nextLong(1L << (1 + random.nextInt(42)));
            BigInteger[] exact =
                    BigInteger.valueOf(units)
                            .multiply(BigInteger.valueOf(price))
                            .divideAndRemainder(million);
            long expected = exact[0].add(BigInteger.valueOf(exact[1].signum())).longValueExact();

            assertThat(Nano.feeRoundedUp(units, price))
                    .as("seed %s: %s x %s", seed, units, price)
                    .isEqualTo(expected);
        }
    }

    @Test
    void feeRoundedUp_beyond63BitsOrNegative_throws() {
        assertThatThrownBy(() -> Nano.feeRoundedUp(1_000_001, Long.MAX_VALUE))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Nano.feeRoundedUp(-1, 1))
                .hasMessageContaining("units is negative: -1");
        assertThatThrownBy(() -> Nano.feeRoundedUp(1, -1))
                .hasMessageContaining("priceNanoPerMillion");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 250, 0",
        "1, 9999, 0",
        "1, 10000, 1",
        "39, 250, 0",
        "40, 250, 1",
        "9223372036854775807, 10000, 9223372036854775807"
    })
    void shareRoundedDown_edges_neverMoreThanTheRate(long amount, int basisPoints, long share) {
        assertThat(Nano.shareRoundedDown(amount, basisPoints)).isEqualTo(share);
    }

    @Test
    void shareRoundedDown_rateOutOfRange_throws() {
        assertThatThrownBy(() -> Nano.shareRoundedDown(1, 10_001))
                .hasMessageContaining("10001 basis points");
        assertThatThrownBy(() -> Nano.shareRoundedDown(1, -1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void addAndSubtract_beyondTheRange_throw() {
        assertThat(Nano.add(Long.MAX_VALUE, 0)).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> Nano.add(Long.MAX_VALUE, 1))
                .isInstanceOf(ArithmeticException.class);
        assertThat(Nano.subtract(5, 5)).isZero();
        assertThatThrownBy(() -> Nano.subtract(5, 6))
                .hasMessageContaining("difference of 5 and 6 is negative: -1");
    }
}
