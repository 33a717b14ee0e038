package io.millrace.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.read.JsonRpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** All of the page: what it reads, what it keeps, what it answers. */
final class SettlementPage implements AutoCloseable {

    private static final long STOP_MILLIS = 10_000;

    private final PageStore store;
    private final TopicFollower topics;
    private final Rates rates = new Rates();
    private final List<Thread> threads = new ArrayList<>();
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "page-clock"));
    private final PageServer server;

    private SettlementPage(PageConfig config) throws IOException {
        JsonRpc rpc = new JsonRpc(config.rpcUrl());
        VaultView vault = new VaultView(rpc, config.vault());
        store = PageStore.open(config.folder(), vault.chainId() + " " + config.vault());
        topics = new TopicFollower(config.kafka(), store);
        ChainFollower chain =
                new ChainFollower(rpc, vault, config.startBlock(), config.finality(), store);
        server =
                PageServer.start(
                        config,
                        new PageApi(
                                config,
                                store,
                                topics,
                                chain,
                                vault,
                                rates,
                                new AlarmBoard(
                                        config.alarmsUrl(), config.alarmLabels(), Runbook.load())),
                        new RequestLookup(config, store));
        threads.add(daemon(topics, "page-topics"));
        threads.add(daemon(chain, "page-chain"));
    }

    /** Reads and answers until it is closed. */
    static SettlementPage start(PageConfig config) throws IOException {
        SettlementPage page = new SettlementPage(config);
        page.threads.forEach(Thread::start);
        var unused = page.clock.scheduleAtFixedRate(page::sample, 0, 1, TimeUnit.SECONDS);
        return page;
    }

    int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
        clock.shutdownNow();
        topics.stop();
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(STOP_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
    }

    private void sample() {
        JsonNode sums = topics.state().path(RecordFold.SUMS);
        if (topics.behind() < 0) {
            rates.forget();
        } else {
            rates.sample(System.nanoTime(), Tally.of(sums));
        }
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }
}
