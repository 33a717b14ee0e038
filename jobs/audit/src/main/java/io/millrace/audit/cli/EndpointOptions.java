package io.millrace.audit.cli;

import io.millrace.audit.read.KafkaAccess;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where brokers, node and vault are, by the job's own options: of programs that only look. */
public final class EndpointOptions {

    @SuppressWarnings(
            "UnusedVariable") // the program has read it: options need their defaults first
    @Option(
            names = "--config",
            paramLabel = "FILE[,FILE…]",
            description =
                    "Properties files with any of these options, without the dashes; later files"
                            + " count more, the command line most. Others in them are left alone,"
                            + " so the job's own will do.")
    private @Nullable String config;

    @Option(
            names = "--kafka.bootstrap.servers",
            required = true,
            description = "Kafka brokers, host:port, comma-separated.")
    private String bootstrapServers = "";

    @Option(
            names = "--kafka.client.file",
            paramLabel = "FILE",
            defaultValue = "",
            description =
                    "Properties of Kafka's clients for brokers with TLS or a login: security.*,"
                            + " sasl.* and ssl.*.")
    private String clientFile = "";

    @Option(
            names = "--chain.rpc.urls",
            required = true,
            description =
                    "JSON-RPC addresses of L2 nodes, semicolon-separated; the first is asked.")
    private String rpcUrls = "";

    @Option(names = "--vault.address", required = true, description = "SettlementVault.")
    private String vault = "";

    @Option(
            names = "--chain.start.block",
            defaultValue = "0",
            description = "A block not after the deployment of vault and registry.")
    private long startBlock;

    /**
     * The brokers.
     *
     * @throws IllegalArgumentException if the file of their login cannot be used
     */
    public KafkaAccess kafka() {
        return KafkaAccess.of(bootstrapServers, clientFile);
    }

    /** Of the node that is asked. */
    public String rpcUrl() {
        return rpcUrls.split(";", -1)[0].strip();
    }

    /** Address of the vault, as it was given. */
    public String vault() {
        return vault;
    }

    /** Block from which on the chain is read. */
    public long startBlock() {
        return startBlock;
    }
}
