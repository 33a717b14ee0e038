package io.millrace.admit;

import io.millrace.chain.VaultEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the registry's finalised events said of one model.
 *
 * @param status as in IModelRegistry.Status: 0 None, 1 Proposed, 2 Active, 3 Revoked
 * @param prices every version ever announced, ascending by the time it counts from, then by version
 */
public record ModelListing(int status, List<Announcement> prices) {

    static final int PROPOSED = 1;
    static final int ACTIVE = 2;

    static final ModelListing NONE = new ModelListing(0, List.of());

    private static final Comparator<Announcement> BY_TIME =
            Comparator.comparingLong(Announcement::effectiveMillis)
                    .thenComparingInt(announcement -> announcement.price().version());

    /** A price for requests appended at or after {@code effectiveMillis}. */
    public record Announcement(Price price, long effectiveMillis) {}

    /** Copies. */
    public ModelListing {
        prices = List.copyOf(prices);
    }

    /** What is known of a model after {@code event} of it, the first one or the next. */
    public static ModelListing after(@Nullable ModelListing known, VaultEvent.ModelEvent event) {
        ModelListing listing = known == null ? NONE : known;
        if (event instanceof VaultEvent.ModelRegistered) {
            return listing.status() == 0 ? listing.withStatus(PROPOSED) : listing;
        }
        if (event instanceof VaultEvent.ModelStatusChanged changed) {
            return listing.withStatus(changed.status());
        }
        if (event instanceof VaultEvent.ModelPriced priced) {
            return listing.withPrice(
                    new Announcement(
                            new Price(
                                    priced.priceNanoPerMillion(),
                                    priced.version(),
                                    priced.feeBasisPoints()),
                            priced.effectiveMillis()));
        }
        throw new IllegalArgumentException("no rule for " + event);
    }

    ModelListing withStatus(int newStatus) {
        return new ModelListing(newStatus, prices);
    }

    ModelListing withPrice(Announcement price) {
        List<Announcement> all = new ArrayList<>(prices);
        all.add(price);
        all.sort(BY_TIME);
        return new ModelListing(status, all);
    }

    /** The price in force at {@code appendMillis}, or null before the first. */
    @Nullable Price priceAt(long appendMillis) {
        for (int i = prices.size() - 1; i >= 0; i--) {
            if (prices.get(i).effectiveMillis() <= appendMillis) {
                return prices.get(i).price();
            }
        }
        return null;
    }
}
