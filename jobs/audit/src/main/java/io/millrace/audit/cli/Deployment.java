package io.millrace.audit.cli;

import io.millrace.audit.AuditConfig;
import java.io.File;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the books lie, by the job's own options. */
final class Deployment {

    @SuppressWarnings(
            "UnusedVariable") // AuditProgram has read it: options need their defaults first
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Properties file with any of these options, without the dashes; the command"
                            + " line counts more. Others in it are left alone, so the job's own"
                            + " will do.")
    private @Nullable File config;

    @Option(
            names = "--kafka.bootstrap.servers",
            required = true,
            description = "Kafka brokers, host:port, comma-separated.")
    private String bootstrapServers = "";

    @Option(
            names = "--chain.rpc.urls",
            required = true,
            description =
                    "JSON-RPC addresses of L2 nodes, semicolon-separated; the first is asked.")
    private String rpcUrls = "";

    @Option(names = "--vault.address", required = true, description = "SettlementVault.")
    private String vault = "";

    @Option(names = "--registry.address", required = true, description = "ModelRegistry.")
    private String registry = "";

    @Option(
            names = "--chain.start.block",
            defaultValue = "0",
            description = "A block not after the deployment of either contract.")
    private long startBlock;

    AuditConfig config(boolean requireSettled) {
        return new AuditConfig(
                bootstrapServers,
                rpcUrls.split(";", -1)[0].strip(),
                vault,
                registry,
                startBlock,
                requireSettled);
    }
}
