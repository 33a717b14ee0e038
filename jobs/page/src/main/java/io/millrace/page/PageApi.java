package io.millrace.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.page.PageStore.Kind;
import io.millrace.page.Tally.Sum;
import java.io.IOException;
import java.util.List;

/**
 * The page's answers. Amounts are decimal strings: a browser's numbers are too short for them. Safe
 * for use by several threads.
 */
final class PageApi {

    private static final int ROWS = 20;
    private static final List<Sum> RECORDED =
            List.of(
                    Sum.REQUESTS,
                    Sum.REFUSALS,
                    Sum.CHARGES,
                    Sum.ANSWERED,
                    Sum.TOKENS,
                    Sum.DEBITS_NANO,
                    Sum.CREDITS_NANO,
                    Sum.FEES_NANO,
                    Sum.RECEIPTS,
                    Sum.EPOCHS,
                    Sum.PARTS,
                    Sum.SEALED_NANO);

    private final PageConfig config;
    private final PageStore store;
    private final TopicFollower topics;
    private final ChainFollower chain;
    private final VaultView vault;
    private final Rates rates;
    private final AlarmBoard alarms;

    PageApi(
            PageConfig config,
            PageStore store,
            TopicFollower topics,
            ChainFollower chain,
            VaultView vault,
            Rates rates,
            AlarmBoard alarms) {
        this.config = config;
        this.store = store;
        this.topics = topics;
        this.chain = chain;
        this.vault = vault;
        this.rates = rates;
        this.alarms = alarms;
    }

    /** What does not change while the server runs. */
    ObjectNode config() {
        return Json.object()
                .put("vault", vault.address())
                .put("chainId", vault.chainId())
                .put("shardDepth", vault.shardDepth())
                .put("rpcUrl", config.browserRpcUrl())
                .put("explorer", config.explorer())
                .put("mostUnsettledNano", Long.toString(config.mostUnsettledNano()))
                .put("mostUnsettledParts", config.mostUnsettledParts());
    }

    /** Sums, rates, newest refusals. */
    ObjectNode state() {
        JsonNode recorded = topics.state();
        JsonNode onChain = chain.state();
        Tally fromTopics = Tally.of(recorded.path(RecordFold.SUMS));
        Tally fromChain = Tally.of(onChain.path(RecordFold.SUMS));
        ObjectNode state = Json.object();
        state.put("behind", topics.behind())
                .put("failure", topics.failure())
                .put("chainFailure", chain.failure())
                .put("block", onChain.path("block").asLong(-1));
        ObjectNode sums = state.putObject(RecordFold.SUMS);
        for (Sum sum : Sum.values()) {
            Tally of = RECORDED.contains(sum) ? fromTopics : fromChain;
            sums.put(sum.name(), Long.toString(of.of(sum)));
        }
        sums.put(
                "UNSETTLED_NANO",
                Long.toString(fromTopics.of(Sum.DEBITS_NANO) - fromChain.of(Sum.SETTLED_NANO)));
        sums.put(
                "UNSETTLED_PARTS",
                Long.toString(
                        Math.max(0, fromTopics.of(Sum.PARTS) - fromChain.of(Sum.SETTLED_PARTS))));
        long owed =
                Math.addExact(
                        Math.addExact(
                                fromChain.of(Sum.SPENDING_NANO), fromChain.of(Sum.RELEASED_NANO)),
                        fromChain.of(Sum.EARNING_NANO));
        sums.put("OWED_NANO", Long.toString(owed));
        if (onChain.has("heldNano")) {
            sums.put("HELD_NANO", onChain.path("heldNano").asText());
        }
        state.set("rates", rates.toJson());
        state.set(RecordFold.CODES, recorded.path(RecordFold.CODES));
        state.set(RecordFold.RECENT, recorded.path(RecordFold.RECENT));
        return state;
    }

    /** Alarms that are on, with what the runbook says of each. */
    ObjectNode alarms() {
        return alarms.toJson();
    }

    /** Epochs before {@code before}, newest first, with the transactions of their parts. */
    ObjectNode epochs(long before) throws IOException {
        ObjectNode json = Json.object();
        ArrayNode epochs = json.putArray("epochs");
        for (PageStore.Row row : store.below(Kind.EPOCH, Kind.EPOCH.key(before), ROWS)) {
            long number = row.number(0);
            JsonNode sealed = row.json();
            ObjectNode epoch =
                    epochs.addObject()
                            .put("epoch", number)
                            .put("parts", sealed.path("parts").asLong())
                            .put("receipts", sealed.path("receipts").asLong())
                            .put("sumNano", sealed.path("sumNano").asText("0"))
                            .put("sealedMillis", sealed.path("sealedMillis").asLong());
            ArrayNode settled = epoch.putArray("settled");
            for (PageStore.Row part :
                    store.with(Kind.SETTLED.key(number), (int) sealed.path("parts").asLong(1))) {
                settled.addObject()
                        .put("part", part.number(1))
                        .put("transaction", part.json().path("transaction").asText())
                        .put("block", part.json().path("block").asLong());
            }
        }
        return json;
    }

    /** Accounts from {@code first}: what the vault holds for each, and what the records say. */
    ObjectNode accounts(boolean spending, long first) throws IOException {
        long count = vault.accounts(spending);
        long begin = Math.max(first, spending ? 1 : 0);
        long end = spending ? count + 1 : count;
        ObjectNode json = Json.object().put("end", end);
        ArrayNode accounts = json.putArray("accounts");
        Kind kind = spending ? Kind.REQUESTER : Kind.PROVIDER;
        for (ObjectNode account : vault.balances(spending, begin, Math.min(end, begin + ROWS))) {
            JsonNode row = store.json(kind.key(account.path("account").asLong()));
            account.put("answers", row.path("answers").asLong())
                    .put("tokens", Long.toString(row.path("tokens").asLong()));
            if (spending) {
                long charged = row.path("chargedNano").asLong();
                account.put("chargedNano", Long.toString(charged))
                        .put(
                                "pendingNano",
                                Long.toString(charged - row.path("sealedNano").asLong()));
            } else {
                account.put("earnedNano", Long.toString(earned(account, row)));
            }
            accounts.add(account);
        }
        return json;
    }

    /** Account 0 is the treasury's, which gets every charge's fee. */
    private long earned(JsonNode account, JsonNode row) {
        long fees =
                account.path("account").asLong() == 0
                        ? Tally.of(topics.state().path(RecordFold.SUMS)).of(Sum.FEES_NANO)
                        : 0;
        return Math.addExact(row.path("earnedNano").asLong(), fees);
    }
}
