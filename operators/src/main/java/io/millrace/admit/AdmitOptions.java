package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Eip712Domain;
import java.io.Serializable;

/**
 * Limits of validation.
 *
 * @param domain under which requests are signed
 * @param maxRecordBytes larger records are MALFORMED
 * @param maxInputChars UTF-16 units; longer texts are INPUT_TOO_LONG without being tokenised
 * @param horizonMillis how far after its append time a deadline may lie (M8): bounds the duplicate
 *     state
 */
public record AdmitOptions(
        Eip712Domain domain, int maxRecordBytes, int maxInputChars, long horizonMillis)
        implements Serializable {

    public AdmitOptions {
        requireNonNull(domain, "domain is null");
        if (maxRecordBytes <= 0 || maxInputChars <= 0 || horizonMillis <= 0) {
            throw new IllegalArgumentException(
                    ("limits must be positive: maxRecordBytes %d, maxInputChars"
                                    + " %d, horizonMillis %d")
                            .formatted(maxRecordBytes, maxInputChars, horizonMillis));
        }
    }

    /** 256 KiB a record, 16,384 characters a text, one hour of horizon. */
    public static AdmitOptions defaults(Eip712Domain domain) {
        return new AdmitOptions(domain, 256 * 1024, 16 * 1024, 60 * 60 * 1000L);
    }
}
