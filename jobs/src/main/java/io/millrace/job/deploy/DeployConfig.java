package io.millrace.job.deploy;

import static java.util.stream.Collectors.toSet;

import io.millrace.chain.deploy.Deployer;
import io.millrace.chain.deploy.LedgerTerms;
import io.millrace.chain.deploy.ModelTerms;
import io.millrace.chain.rpc.Finality;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.infer.store.StoredModel;
import io.millrace.job.JobConfig;
import io.millrace.job.JobOptions;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/**
 * What is to be deployed, and where.
 *
 * @param keyFile of the deployer
 * @param named what the options say already that this deployment will find out, by key
 */
record DeployConfig(
        Deployer.Access access,
        Path keyFile,
        long firstNonce,
        LedgerTerms terms,
        List<ModelTerms> models,
        Map<String, String> named) {

    private static final long POLL_MILLIS = 500;

    private static final Set<ConfigOption<?>> FOUND_OUT =
            Set.of(
                    JobOptions.VAULT_ADDRESS,
                    JobOptions.VAULT_CODE_HASH,
                    JobOptions.REGISTRY_ADDRESS);

    /**
     * Reads the options of the job and of the deployment.
     *
     * @throws IllegalArgumentException naming the key and what to give
     * @throws IOException if the manifests cannot be read
     */
    static DeployConfig fromMap(Map<String, String> options) throws IOException {
        Set<String> known =
                Stream.concat(JobOptions.ALL.stream(), DeployOptions.ALL.stream())
                        .map(ConfigOption::key)
                        .collect(toSet());
        for (String key : options.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(
                        "unknown option --%s; of the deployment there are %s, and those of the job"
                                .formatted(
                                        key,
                                        DeployOptions.ALL.stream()
                                                .map(ConfigOption::key)
                                                .toList()));
            }
        }
        Configuration given = Configuration.fromMap(options);
        Map<String, String> named = new HashMap<>();
        for (ConfigOption<?> option : FOUND_OUT) {
            if (options.containsKey(option.key())) {
                named.put(option.key(), options.get(option.key()));
            }
        }
        return new DeployConfig(
                access(given),
                Path.of(required(given, DeployOptions.KEY_FILE)),
                given.get(DeployOptions.FIRST_NONCE),
                terms(given),
                models(given),
                named);
    }

    private static Deployer.Access access(Configuration given) {
        return new Deployer.Access(
                required(given, JobOptions.CHAIN_RPC_URLS),
                required(given, JobOptions.CHAIN_ID),
                Finality.parse(given.get(JobOptions.CHAIN_FINALITY)),
                MarketFeePolicy.tippingAtMost(given.get(JobOptions.SETTLE_TIP_MAX_WEI)),
                given.get(JobOptions.CHAIN_TRANSACTION_MAX_GAS),
                POLL_MILLIS);
    }

    private static LedgerTerms terms(Configuration given) {
        return new LedgerTerms(
                required(given, JobOptions.TOKEN_ADDRESS),
                given.get(JobOptions.SETTLE_SHARD_DEPTH),
                given.get(DeployOptions.MIN_FIRST_DEPOSIT_NANO),
                new LedgerTerms.Roles(
                        required(given, DeployOptions.ADMIN),
                        required(given, DeployOptions.SETTLER),
                        required(given, DeployOptions.GUARDIAN),
                        required(given, DeployOptions.TREASURY)),
                new LedgerTerms.Bond(
                        seconds(given, DeployOptions.BUCKET),
                        given.get(DeployOptions.COVER),
                        given.get(DeployOptions.FINE_NANO)),
                new LedgerTerms.Prices(
                        seconds(given, DeployOptions.PRICE_NOTICE),
                        given.get(DeployOptions.MAX_PRICE_NANO),
                        given.get(DeployOptions.FEE_BASIS_POINTS)),
                new LedgerTerms.Court(
                        seconds(given, DeployOptions.SIGNER_NOTICE),
                        seconds(given, DeployOptions.RESPONSE),
                        BigInteger.valueOf(given.get(DeployOptions.DEPOSIT_WEI))));
    }

    /** Only models that the job will have are sold: nobody could serve another. */
    private static List<ModelTerms> models(Configuration given) throws IOException {
        Path folder = Path.of(required(given, JobOptions.MODELS_DIR));
        Map<String, String> names = new TreeMap<>();
        for (StoredModel model : StoredModel.all(folder)) {
            names.put(model.manifest().id(), model.manifest().name());
        }
        List<ModelTerms> models = new ArrayList<>();
        for (Map.Entry<String, String> entry : required(given, DeployOptions.MODELS).entrySet()) {
            String name = names.get(entry.getKey());
            if (name == null || !entry.getValue().matches("\\d{1,18}")) {
                throw new IllegalArgumentException(
                        ("--deploy.models says %s:%s; give digest:price of manifests below %s,"
                                        + " which are %s")
                                .formatted(entry.getKey(), entry.getValue(), folder, names));
            }
            models.add(
                    new ModelTerms(
                            entry.getKey(), Long.parseLong(entry.getValue()), "bundled:" + name));
        }
        return models;
    }

    private static long seconds(Configuration given, ConfigOption<Duration> option) {
        return given.get(option).toSeconds();
    }

    private static <T> T required(Configuration given, ConfigOption<T> option) {
        return given.getOptional(option)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "--%s is missing: %s"
                                                .formatted(
                                                        option.key(),
                                                        JobConfig.meaningOf(option))));
    }
}
