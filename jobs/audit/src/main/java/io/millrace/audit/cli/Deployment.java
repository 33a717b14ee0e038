package io.millrace.audit.cli;

import io.millrace.audit.AuditConfig;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the books lie, by the job's own options. */
final class Deployment {

    @Mixin private EndpointOptions endpoints = new EndpointOptions();

    @Option(names = "--registry.address", required = true, description = "ModelRegistry.")
    private String registry = "";

    AuditConfig config(boolean requireSettled) {
        return new AuditConfig(
                endpoints.kafka(),
                endpoints.rpcUrl(),
                endpoints.vault(),
                registry,
                endpoints.startBlock(),
                requireSettled);
    }
}
