package io.millrace.audit;

import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.sort.RowReader;
import io.millrace.audit.sort.RowWriter;
import java.util.SortedMap;
import java.util.TreeMap;

/** The records of the topics as bytes, for rows on disk. Writing and reading mirror each other. */
final class RowCodec {

    private static final int HASH = 32;
    private static final int ADDRESS = 20;
    private static final int SIGNATURE = 65;

    private RowCodec() {}

    static void put(RowWriter row, Position at) {
        row.number(at.partition()).number(at.offset());
    }

    static Position position(RowReader row) {
        return new Position(Math.toIntExact(row.number()), row.number());
    }

    static void put(RowWriter row, Request request) {
        put(row, request.at());
        row.number(request.appendMillis());
        SignedRequest signed = request.signed();
        row.code(signed == null ? 0 : 1);
        if (signed != null) {
            row.hex(signed.requester())
                    .hex(signed.model())
                    .hex(signed.inputHash())
                    .amount(signed.maxFeeNano())
                    .amount(signed.deadlineMillis())
                    .amount(signed.nonce())
                    .text(signed.signature());
        }
    }

    static Request request(RowReader row) {
        Position at = position(row);
        long appendMillis = row.number();
        SignedRequest signed =
                row.code() == 0
                        ? null
                        : new SignedRequest(
                                row.hex(ADDRESS),
                                row.hex(HASH),
                                row.hex(HASH),
                                row.amount(),
                                row.amount(),
                                row.amount(),
                                row.text());
        return new Request(at, appendMillis, signed);
    }

    static void put(RowWriter row, Charge charge) {
        row.hex(charge.requestId())
                .hex(charge.requesterAddress())
                .number(charge.requesterAccount())
                .number(charge.sequence())
                .hex(charge.providerAddress())
                .number(charge.providerAccount())
                .hex(charge.model())
                .amount(charge.units())
                .amount(charge.priceNanoPerMillion())
                .number(charge.priceVersion())
                .number(charge.feeBasisPoints())
                .amount(charge.debitNano())
                .amount(charge.creditNano())
                .amount(charge.feeNano())
                .text(charge.status())
                .hex(charge.outcome())
                .number(charge.admittedMillis());
        put(row, charge.at());
    }

    static Charge charge(RowReader row) {
        return new Charge(
                row.hex(HASH),
                row.hex(ADDRESS),
                row.number(),
                row.number(),
                row.hex(ADDRESS),
                row.number(),
                row.hex(HASH),
                row.amount(),
                row.amount(),
                row.number(),
                row.number(),
                row.amount(),
                row.amount(),
                row.amount(),
                row.text(),
                row.hex(HASH),
                row.number(),
                position(row));
    }

    static void put(RowWriter row, Result result) {
        row.hex(result.requestId())
                .text(result.status())
                .amount(result.debitNano())
                .amount(result.units())
                .text(result.signature());
    }

    static Result result(RowReader row) {
        return new Result(row.hex(HASH), row.text(), row.amount(), row.amount(), row.text());
    }

    static void put(RowWriter row, Receipt receipt) {
        row.number(receipt.epoch()).number(receipt.shard()).number(receipt.index());
        row.amount(receipt.earnedBefore().providerNano());
        row.amount(receipt.earnedBefore().treasuryNano());
        put(row, receipt.charge());
    }

    static Receipt receipt(RowReader row) {
        return new Receipt(
                row.number(),
                row.number(),
                row.number(),
                new EarnedBefore(row.amount(), row.amount()),
                charge(row));
    }

    static void put(RowWriter row, Evidence evidence) {
        row.hex(evidence.requestId())
                .hex(evidence.requester())
                .hex(evidence.model())
                .hex(evidence.inputHash())
                .hex(evidence.optionsHash())
                .amount(evidence.maxFeeNano())
                .amount(evidence.deadlineMillis())
                .amount(evidence.nonce())
                .hex(evidence.requestSignature())
                .number(evidence.providerAccount())
                .amount(evidence.units())
                .code(evidence.status())
                .hex(evidence.outputHash())
                .hex(evidence.numericClass())
                .hex(evidence.outcomeSignature());
    }

    static Evidence evidence(RowReader row) {
        return new Evidence(
                row.hex(HASH),
                row.hex(ADDRESS),
                row.hex(HASH),
                row.hex(HASH),
                row.hex(HASH),
                row.amount(),
                row.amount(),
                row.amount(),
                row.hex(SIGNATURE),
                row.number(),
                row.amount(),
                row.code(),
                row.hex(HASH),
                row.hex(HASH),
                row.hex(SIGNATURE));
    }

    static void put(RowWriter row, Sealed sealed) {
        put(row, sealed.part());
        row.number(sealed.positions().size());
        sealed.positions().forEach((source, next) -> row.text(source).number(next));
    }

    static Sealed sealed(RowReader row) {
        EpochPart part = part(row);
        SortedMap<String, Long> positions = new TreeMap<>();
        for (long left = row.number(); left > 0; left--) {
            positions.put(row.text(), row.number());
        }
        return new Sealed(part, positions);
    }

    static void put(RowWriter row, EpochPart part) {
        put(row, part.header());
        row.words(part.debitSlots())
                .words(part.debits())
                .words(part.creditSlots())
                .words(part.credits())
                .words(part.releases());
    }

    static EpochPart part(RowReader row) {
        return new EpochPart(
                header(row), row.words(), row.words(), row.words(), row.words(), row.words());
    }

    private static void put(RowWriter row, Header header) {
        row.hex(header.previousHeader())
                .number(header.epoch())
                .number(header.part())
                .number(header.parts())
                .hex(header.receiptsRoot())
                .amount(header.receiptsSumNano())
                .number(header.receiptsCount())
                .number(header.levels())
                .amount(header.partSumNano())
                .hex(header.wordsHash())
                .hex(header.cutDigest())
                .number(header.l2Block());
    }

    private static Header header(RowReader row) {
        return new Header(
                row.hex(HASH),
                row.number(),
                row.number(),
                row.number(),
                row.hex(HASH),
                row.amount(),
                row.number(),
                row.number(),
                row.amount(),
                row.hex(HASH),
                row.hex(HASH),
                row.number());
    }
}
