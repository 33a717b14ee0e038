package io.millrace.job.recover;

import io.millrace.job.recover.rows.RowCursor;
import io.millrace.meter.Charge;
import io.millrace.settle.Receipt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares the charges of each requester with its receipts, number by number, and keeps only what
 * has no counterpart.
 */
final class SequenceScan {

    /**
     * What was found.
     *
     * @param unsealed charges without a receipt, by requester in the order of their numbers
     * @param uncharged receipts without a charge, in the same order
     * @param fault the first that makes a ledger wrong, null if it is right
     */
    record Result(List<Charge> unsealed, List<Receipt> uncharged, @Nullable String fault) {

        /** Copies. */
        Result {
            unsealed = List.copyOf(unsealed);
            uncharged = List.copyOf(uncharged);
        }
    }

    private final List<Charge> unsealed = new ArrayList<>();
    private final List<Receipt> uncharged = new ArrayList<>();
    private @Nullable String gap;
    private @Nullable String difference;
    private String requesterAddress = "";
    private long last;

    private SequenceScan() {}

    /** Of everything in {@code rows}. */
    static Result of(LedgerRows rows, StepProgress progress) throws IOException {
        SequenceScan scan = new SequenceScan();
        try (RowCursor row = rows.numbered()) {
            while (row.isAtRow()) {
                Numbered numbered = Numbered.at(row);
                scan.add(numbered);
                progress.count(numbered.charges().size() + numbered.receipts().size());
            }
        }
        String fault = scan.gap;
        if (fault == null) {
            fault = chargedTwice(rows);
        }
        return new Result(scan.unsealed, scan.uncharged, fault == null ? scan.difference : fault);
    }

    private void add(Numbered numbered) throws IOException {
        if (!numbered.requesterAddress().equals(requesterAddress)) {
            requesterAddress = numbered.requesterAddress();
            last = 0;
        }
        for (int i = 0; i < numbered.charges().size(); i++) {
            if (gap == null && numbered.sequence() != last + 1) {
                gap =
                        ("charge %s of requester %s has sequence %d where %d"
                                        + " follows: a charge is missing or came twice")
                                .formatted(
                                        numbered.charge(i).requestId(),
                                        requesterAddress,
                                        numbered.sequence(),
                                        last + 1);
            }
            last = numbered.sequence();
        }
        compare(numbered);
    }

    private void compare(Numbered numbered) throws IOException {
        if (numbered.receipts().isEmpty()) {
            for (int i = 0; i < numbered.charges().size(); i++) {
                unsealed.add(numbered.charge(i));
            }
        } else if (numbered.charges().isEmpty()) {
            Receipt receipt = numbered.receipt(0);
            uncharged.add(receipt);
            differs(receipt, null);
        } else if (!numbered.isReceiptOfCharge()) {
            differs(numbered.receipt(0), numbered.charge(0));
        }
        if (numbered.receipts().size() > 1 && difference == null) {
            Receipt first = numbered.receipt(0);
            difference =
                    "request %s is sealed in epoch %d and in epoch %d"
                            .formatted(
                                    first.charge().requestId(),
                                    first.epoch(),
                                    numbered.receipt(1).epoch());
        }
    }

    private void differs(Receipt receipt, @Nullable Charge charge) {
        if (difference == null) {
            difference =
                    "the receipt of request %s in epoch %d holds %s but the charge is %s"
                            .formatted(
                                    receipt.charge().requestId(),
                                    receipt.epoch(),
                                    receipt.charge(),
                                    charge);
        }
    }

    private static @Nullable String chargedTwice(LedgerRows rows) {
        String before = "";
        try (RowCursor row = rows.ids()) {
            for (; row.isAtRow(); row.next()) {
                String id = LedgerRows.idIn(row.key());
                if (id.equals(before)) {
                    return "request " + id + " is charged twice";
                }
                before = id;
            }
        }
        return null;
    }
}
