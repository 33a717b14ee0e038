package io.millrace.page;

import io.millrace.audit.cli.ConfigFiles;
import io.millrace.audit.cli.EndpointOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Entry of the page's own jar. It takes the job's own options, so the job's properties will do, and
 * a few of its own.
 */
@Command(
        name = "millrace-page",
        description =
                "Serves the settlement page of a deployment: what it answers, charges, seals and"
                        + " settles, for looking only.",
        mixinStandardHelpOptions = true,
        version = "millrace-page 0.1.0")
public final class PageProgram implements Callable<Integer> {

    private static final int FAILED = 3;
    private static final String LOG_SETTINGS = "log4j2.configurationFile";

    @Mixin private EndpointOptions endpoints = new EndpointOptions();

    @Option(
            names = "--chain.finality",
            defaultValue = "finalized",
            description = "Which blocks count: finalized, safe, or a number behind the newest.")
    private String finality = "";

    @Option(
            names = "--admit.max.unsettled.nano",
            defaultValue = "1000000000000",
            description = "Nano-USD that may be unsettled, as the job has it.")
    private long mostUnsettledNano;

    @Option(
            names = "--admit.max.unsettled.parts",
            defaultValue = "4096",
            description = "Parts that may be unsettled, as the job has it.")
    private long mostUnsettledParts;

    @Option(
            names = "--page.data",
            defaultValue = "page-data",
            description = "Folder of what it has read; about 100 bytes a request.")
    private Path folder = Path.of("");

    @Option(
            names = "--page.address",
            defaultValue = "127.0.0.1",
            description = "Address to listen on; others than loopback are for a proxy with TLS.")
    private String address = "";

    @Option(names = "--page.port", defaultValue = "8070", description = "Port to listen on.")
    private int port;

    @Option(
            names = "--page.hosts",
            split = ",",
            description = "Names by which browsers ask for it, beside those of loopback.")
    private List<String> hosts = List.of();

    @Option(
            names = "--page.rpc.url",
            defaultValue = "",
            description =
                    "Node that browsers ask to verify; it must let the page's origin. Default: the"
                            + " first of chain.rpc.urls.")
    private String browserRpcUrl = "";

    @Option(
            names = "--page.alarms.url",
            defaultValue = "",
            description =
                    "A Prometheus that has the alert rules, as http://prometheus:9090; the page"
                            + " shows those that fire. Default: none.")
    private String alarmsUrl = "";

    @Option(
            names = "--page.alarms.labels",
            split = ",",
            description = "Labels of this deployment's alerts, as namespace=millrace.")
    private Map<String, String> alarmLabels = Map.of();

    @Option(
            names = "--page.explorer",
            defaultValue = "",
            description = "A block explorer, as it stands before a transaction's hash.")
    private String explorer = "";

    /** Serves until the process is told to end. */
    public static void main(String[] args) {
        if (System.getProperty(LOG_SETTINGS) == null) {
            System.setProperty(LOG_SETTINGS, "page-log4j2.xml");
        }
        System.setProperty("sun.net.httpserver.nodelay", "true"); // else 40 ms an answer
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxRspTime", "30");
        CommandLine program = new CommandLine(new PageProgram());
        try {
            program.setDefaultValueProvider(ConfigFiles.of(args));
        } catch (IOException e) {
            System.err.println("millrace-page: " + e.getMessage());
            System.exit(FAILED);
        }
        System.exit(
                program.setExecutionExceptionHandler(
                                (failure, command, parsed) -> {
                                    System.err.println("millrace-page: " + failure.getMessage());
                                    return FAILED;
                                })
                        .execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        try (SettlementPage page = SettlementPage.start(pageConfig())) {
            Thread main = Thread.currentThread();
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(
                                    () -> {
                                        ended.countDown();
                                        join(main);
                                    },
                                    "page-shutdown"));
            System.out.println("the page is at " + uri(page.port()));
            ended.await();
        }
        return 0;
    }

    private static void join(Thread main) {
        try {
            main.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private URI uri(int listening) {
        return URI.create("http://" + address + ":" + listening + "/");
    }

    private PageConfig pageConfig() {
        String rpcUrl = endpoints.rpcUrl();
        List<String> names = new ArrayList<>(PageServer.loopback());
        names.addAll(hosts);
        return new PageConfig(
                endpoints.kafka(),
                rpcUrl,
                browserRpcUrl.isEmpty() ? rpcUrl : browserRpcUrl,
                endpoints.vault(),
                endpoints.startBlock(),
                finality,
                mostUnsettledNano,
                mostUnsettledParts,
                folder,
                address,
                port,
                names,
                alarmsUrl,
                alarmLabels,
                explorer);
    }
}
