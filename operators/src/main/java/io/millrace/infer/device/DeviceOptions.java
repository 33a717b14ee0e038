package io.millrace.infer.device;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.List;

/**
 * How models compute.
 *
 * @param device on which
 * @param intraOpThreads CPU threads of one model's operators, also of those that a GPU leaves out
 * @param engineCache directory of the engines that TensorRT builds; empty unless it is used
 */
public record DeviceOptions(Device device, int intraOpThreads, String engineCache)
        implements Serializable {

    public DeviceOptions {
        requireNonNull(device, "device is null");
        requireNonNull(engineCache, "engineCache is null");
        if (intraOpThreads < 1) {
            throw new IllegalArgumentException(
                    "intraOpThreads is " + intraOpThreads + ": it must be positive");
        }
        if (device.provider() == Device.Provider.TENSORRT && engineCache.isBlank()) {
            throw new IllegalArgumentException(
                    "infer.device is %s without infer.tensorrt.cache.dir: every start would build its engines anew, which takes minutes; give a directory that outlives the pod"
                            .formatted(device));
        }
    }

    /** On the CPU. */
    public static DeviceOptions cpu(int intraOpThreads) {
        return new DeviceOptions(Device.CPU, intraOpThreads, "");
    }

    /** The same on the device of a subtask: see {@link Device#placed}. */
    public DeviceOptions placed(int subtask, List<Integer> gpus) {
        return new DeviceOptions(device.placed(subtask, gpus), intraOpThreads, engineCache);
    }
}
