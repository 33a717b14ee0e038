package io.millrace.infer.device;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import java.util.Map;

/**
 * Makes the options of ONNX Runtime's sessions. A device that was asked for and is not to be had is
 * an error, never a slower one in its place: DJL would leave the GPU out without a word when it is
 * given no options.
 */
public final class DeviceSession {

    /**
     * The shapes of a model's batches.
     *
     * @param model its name
     * @param maxRows of a batch
     * @param maxTokens of a row
     * @param maxBatchTokens of a batch, padding included
     */
    public record Shapes(String model, int maxRows, int maxTokens, int maxBatchTokens) {}

    private DeviceSession() {}

    /**
     * Options for a session on the device that is placed. To be closed when the session is made.
     * The native library must have been started.
     *
     * @throws IllegalStateException if ONNX Runtime cannot use the device
     */
    public static SessionOptions options(DeviceOptions options, Shapes shapes) {
        Device device = options.device();
        if (!device.isPlaced()) {
            throw new IllegalStateException(device + " is not placed on a GPU yet");
        }
        SessionOptions session = new SessionOptions();
        try {
            session.setInterOpNumThreads(1);
            session.setIntraOpNumThreads(options.intraOpThreads());
            switch (device.provider()) {
                case CPU -> {}
                case CUDA -> addCuda(session, device.index());
                case TENSORRT -> {
                    addTensorrt(session, options, shapes);
                    // For what TensorRT leaves out; else ONNX Runtime would take the CPU.
                    addCuda(session, device.index());
                }
            }
            return session;
        } catch (OrtException | LinkageError e) {
            session.close();
            throw new IllegalStateException(
                    ("infer.device is %s, but ONNX Runtime cannot use it (%s); the image needs"
                                    + " onnxruntime_gpu with the CUDA libraries it names, and the"
                                    + " pod a GPU: see GPUs in k8s/README.md, or set infer.device"
                                    + " to cpu")
                            .formatted(device, e.getMessage()),
                    e);
        }
    }

    private static void addCuda(SessionOptions session, int index) throws OrtException {
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(index)) {
            for (Map.Entry<String, String> setting : ProviderSettings.cuda().entrySet()) {
                cuda.add(setting.getKey(), setting.getValue());
            }
            session.addCUDA(cuda);
        }
    }

    private static void addTensorrt(SessionOptions session, DeviceOptions options, Shapes shapes)
            throws OrtException {
        try (OrtTensorRTProviderOptions tensorrt =
                new OrtTensorRTProviderOptions(options.device().index())) {
            Map<String, String> settings =
                    ProviderSettings.tensorrt(
                            options.engineCache(),
                            shapes.model(),
                            shapes.maxRows(),
                            shapes.maxTokens(),
                            shapes.maxBatchTokens());
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                tensorrt.add(setting.getKey(), setting.getValue());
            }
            session.addTensorrt(tensorrt);
        }
    }
}
