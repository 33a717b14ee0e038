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
public record ModelListing(int status, List<Price> prices) {

    static final int PROPOSED = 1;
    static final int ACTIVE = 2;

    static final ModelListing NONE = new ModelListing(0, List.of());

    private static final Comparator<Price> BY_TIME =
            Comparator.comparingLong(Price::effectiveMillis).thenComparingInt(Price::version);

    /** Nano-USD per million units for requests appended at or after {@code effectiveMillis}. */
    public record Price(int version, long priceNanoPerMillion, long effectiveMillis) {}

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
                    new Price(
                            priced.version(),
                            priced.priceNanoPerMillion(),
                            priced.effectiveMillis()));
        }
        throw new IllegalArgumentException("no rule for " + event);
    }

    ModelListing withStatus(int newStatus) {
        return new ModelListing(newStatus, prices);
    }

    ModelListing withPrice(Price price) {
        List<Price> all = new ArrayList<>(prices);
        all.add(price);
        all.sort(BY_TIME);
        return new ModelListing(status, all);
    }

    /** The price in force at {@code appendMillis}, or null before the first. */
    @Nullable Price priceAt(long appendMillis) {
        for (int i = prices.size() - 1; i >= 0; i--) {
            if (prices.get(i).effectiveMillis() <= appendMillis) {
                return prices.get(i);
            }
        }
        return null;
    }
}
