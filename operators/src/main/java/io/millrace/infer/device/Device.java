package io.millrace.infer.device;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model computes on.
 *
 * @param provider ONNX Runtime's execution provider
 * @param index of the GPU as CUDA counts them; {@value #UNPLACED} if Flink says which
 */
public record Device(Provider provider, int index) implements Serializable {

    /** Index of a GPU that is not chosen yet, and of the CPU. */
    public static final int UNPLACED = -1;

    /** The CPU. */
    public static final Device CPU = new Device(Provider.CPU, UNPLACED);

    /** Name of Flink's external resource that counts a TaskManager's GPUs. */
    public static final String RESOURCE = "gpu";

    private static final Pattern FORM = Pattern.compile("(cpu|cuda|tensorrt)(?::(\\d{1,4}))?");

    /** ONNX Runtime's execution providers that are supported. */
    public enum Provider {
        /** The default. */
        CPU,
        /** Kernels of CUDA. */
        CUDA,
        /** Engines that TensorRT builds of the graph, and CUDA for what they leave out. */
        TENSORRT
    }

    public Device {
        requireNonNull(provider, "provider is null");
        if (index < UNPLACED) {
            throw new IllegalArgumentException("index is " + index + ": GPUs count from 0");
        }
        if (provider == Provider.CPU && index != UNPLACED) {
            throw new IllegalArgumentException("cpu:" + index + ": the CPU has no index; give cpu");
        }
    }

    /**
     * Reads {@code cpu}, {@code cuda}, {@code cuda:N}, {@code tensorrt} or {@code tensorrt:N}.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    public static Device parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "'%s' is no device: give cpu, cuda, cuda:N, tensorrt or tensorrt:N, where N is the GPU's index"
                            .formatted(text));
        }
        return new Device(
                Provider.valueOf(form.group(1).toUpperCase(Locale.ROOT)),
                form.group(2) == null ? UNPLACED : Integer.parseInt(form.group(2)));
    }

    /** Whether it is known which device of its machine this is. */
    public boolean isPlaced() {
        return provider == Provider.CPU || index != UNPLACED;
    }

    /**
     * This device, on one of {@code gpus}: the subtasks of a TaskManager share its GPUs out.
     *
     * @param subtask index of the subtask
     * @param gpus indexes that Flink gave the TaskManager, ascending
     * @throws IllegalStateException if a GPU is wanted and there is none
     */
    public Device placed(int subtask, List<Integer> gpus) {
        if (isPlaced()) {
            return this;
        }
        if (gpus.isEmpty()) {
            throw new IllegalStateException(
                    ("infer.device is %s, but this TaskManager was given no external resource '%s';"
                                    + " set external-resources: %s with a driver factory and an"
                                    + " amount, or name the GPU (%s:0), or set infer.device to cpu")
                            .formatted(this, RESOURCE, RESOURCE, this));
        }
        return new Device(provider, gpus.get(subtask % gpus.size()));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        String name = provider.name().toLowerCase(Locale.ROOT);
        return index == UNPLACED ? name : name + ":" + index;
    }
}
