package io.millrace.job.deploy;

import static org.apache.flink.configuration.ConfigOptions.key;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;

/**
 * Options of the deployment beside those of the job that it reads too. All terms are fixed for the
 * life of the ledger.
 */
final class DeployOptions {

    static final ConfigOption<String> KEY_FILE =
            text(
                    "deploy.key.file",
                    "Key that deploys and puts the models on sale, 0x-hex in a file of its own; it"
                            + " must have sent nothing yet, and needs gas money.");

    static final ConfigOption<Long> FIRST_NONCE =
            number(
                    "deploy.first.nonce",
                    0,
                    "Nonce of the first transaction, for a key that has sent others before.");

    static final ConfigOption<String> ADMIN =
            text("deploy.admin", "Address that names and dismisses settlers and guardians.");

    static final ConfigOption<String> SETTLER =
            text("deploy.settler", "Address of the key in settle.signer.key.file.");

    static final ConfigOption<String> GUARDIAN =
            text("deploy.guardian", "Address that may pause deposits and epochs for three days.");

    static final ConfigOption<String> TREASURY =
            text("deploy.treasury", "Address that owns earning account 0, which has the fees.");

    static final ConfigOption<Map<String, String>> MODELS =
            key("deploy.models")
                    .mapType()
                    .noDefaultValue()
                    .withDescription(
                            "Models to be sold, digest:price, comma-separated; the price in"
                                    + " nano-USD for a million units. Each is a manifest below"
                                    + " models.dir. Later prices are announced by the publisher.");

    static final ConfigOption<Long> MIN_FIRST_DEPOSIT_NANO =
            number(
                    "deploy.min.first.deposit.nano",
                    1_000_000_000L,
                    "Least that opens a spending account.");

    static final ConfigOption<Duration> BUCKET =
            time(
                    "deploy.bond.bucket",
                    Duration.ofHours(8),
                    "A seventh of the time for which the bond covers an epoch; 14 h on Arbitrum.");

    static final ConfigOption<Integer> COVER =
            key("deploy.bond.cover")
                    .intType()
                    .defaultValue(5)
                    .withDescription("How many times the settler's exposure is in its bond.");

    static final ConfigOption<Long> FINE_NANO =
            number("deploy.bond.fine.nano", 10_000_000_000L, "What a challenger wins besides.");

    static final ConfigOption<Duration> RESPONSE =
            time(
                    "deploy.response",
                    Duration.ofHours(18),
                    "Time to answer a challenge; 30 h on Arbitrum.");

    static final ConfigOption<Long> DEPOSIT_WEI =
            number(
                    "deploy.deposit.wei",
                    300_000_000_000_000L,
                    "What a challenge costs; twice as much on Arbitrum.");

    static final ConfigOption<Duration> SIGNER_NOTICE =
            time(
                    "deploy.signer.notice",
                    Duration.ofHours(1),
                    "From the announcement of a provider's signer until it signs.");

    static final ConfigOption<Duration> PRICE_NOTICE =
            time(
                    "deploy.price.notice",
                    Duration.ofHours(1),
                    "From the announcement of a price until it counts.");

    static final ConfigOption<Long> MAX_PRICE_NANO =
            number(
                    "deploy.price.max.nano",
                    1_000_000_000_000L,
                    "Highest price for a million units.");

    static final ConfigOption<Integer> FEE_BASIS_POINTS =
            key("deploy.fee.basis.points")
                    .intType()
                    .defaultValue(500)
                    .withDescription("The treasury's part of each debit, in ten thousand.");

    static final List<ConfigOption<?>> ALL =
            List.of(
                    KEY_FILE,
                    FIRST_NONCE,
                    ADMIN,
                    SETTLER,
                    GUARDIAN,
                    TREASURY,
                    MODELS,
                    MIN_FIRST_DEPOSIT_NANO,
                    BUCKET,
                    COVER,
                    FINE_NANO,
                    RESPONSE,
                    DEPOSIT_WEI,
                    SIGNER_NOTICE,
                    PRICE_NOTICE,
                    MAX_PRICE_NANO,
                    FEE_BASIS_POINTS);

    private DeployOptions() {}

    private static ConfigOption<String> text(String key, String meaning) {
        return key(key).stringType().noDefaultValue().withDescription(meaning);
    }

    private static ConfigOption<Long> number(String key, long preset, String meaning) {
        return key(key).longType().defaultValue(preset).withDescription(meaning);
    }

    private static ConfigOption<Duration> time(String key, Duration preset, String meaning) {
        return key(key).durationType().defaultValue(preset).withDescription(meaning);
    }
}
