package io.millrace.job.input;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * One topic, and whether it may be another than the one that was read before.
 *
 * @param ids asks the brokers
 * @param accepted id of a topic that may be read on though it was created anew, empty for none
 * @param remedy for one that is not accepted, a clause; ID in it stands for its id
 */
public record InputTopic(String name, Lookup ids, String accepted, String remedy)
        implements Serializable, AutoCloseable {

    public InputTopic {
        requireNonNull(name, "name is null");
        requireNonNull(ids, "ids is null");
        requireNonNull(accepted, "accepted is null");
        requireNonNull(remedy, "remedy is null");
    }

    /** Asks for the id of a topic. */
    @FunctionalInterface
    public interface Lookup extends Serializable, AutoCloseable {

        /** What the brokers say now. */
        String of(String topic);

        /** Gives back what it holds; it may be asked again, all the same. */
        @Override
        default void close() {}
    }

    /** What the brokers say now. */
    String id() {
        return ids.of(name);
    }

    @Override
    public void close() {
        ids.close();
    }

    /**
     * The id to go on with.
     *
     * @param read id of the topic that was read, empty if it is not known
     * @param found id of the one that is there, empty if the brokers give none
     * @throws NewTopicException if it is another one, and not accepted
     */
    String require(String read, String found) {
        if (found.isEmpty()) {
            return read;
        }
        if (!read.isEmpty() && !read.equals(found) && !accepted.equals(found)) {
            throw new NewTopicException(name, read, found, remedy);
        }
        return found;
    }
}
