package io.millrace.testing;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.StoredEpochs;
import io.millrace.chain.submit.backlog.LoggedPart;
import io.millrace.chain.submit.backlog.PartPlace;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.flink.util.function.SerializableSupplier;

/** An epoch log in memory; a log of null cannot be read. */
public record FakeStoredEpochs(SerializableSupplier<List<SealedPart>> log) implements StoredEpochs {

    @Override
    public Optional<SealedPart> newest() throws IOException {
        List<SealedPart> parts = parts();
        return parts.isEmpty() ? Optional.empty() : Optional.of(parts.get(parts.size() - 1));
    }

    @Override
    public List<LoggedPart> read(PartPlace first, int most) throws IOException {
        List<LoggedPart> parts =
                parts().stream().map(part -> new LoggedPart(part, first.loggedMillis())).toList();
        return IntStream.range(0, parts.size())
                .filter(i -> first.isOf(parts.get(i)))
                .mapToObj(i -> parts.subList(i, Math.min(parts.size(), i + most)))
                .findFirst()
                .orElse(List.of());
    }

    private List<SealedPart> parts() throws IOException {
        List<SealedPart> parts = log.get();
        if (parts == null) {
            throw new IOException("the broker is away");
        }
        return parts;
    }
}
