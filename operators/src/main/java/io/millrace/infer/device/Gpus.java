package io.millrace.infer.device;

import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;

/** The GPUs that Flink gave a TaskManager. */
public final class Gpus {

    private static final String INDEX = "index"; // as Flink's GPUDriver names it

    private Gpus() {}

    /** Their indexes, ascending; empty where there is no such external resource. */
    public static List<Integer> of(RuntimeContext context) {
        return context.getExternalResourceInfos(Device.RESOURCE).stream()
                .map(
                        gpu ->
                                gpu.getProperty(INDEX)
                                        .orElseThrow(
                                                () ->
                                                        new IllegalStateException(
                                                                "the external resource '%s' tells no index of its GPUs; use Flink's GPUDriverFactory"
                                                                        .formatted(
                                                                                Device.RESOURCE))))
                .map(Integer::valueOf)
                .sorted()
                .toList();
    }
}
