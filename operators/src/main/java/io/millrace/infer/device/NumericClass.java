package io.millrace.infer.device;

import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In which way a node computes: of two answers of one class, for one model and text, the bits are
 * the same, whatever shared their batches. Between classes they differ by rounding.
 *
 * @param text lines of {@code key=value}, each with its end, in a fixed order
 */
public record NumericClass(String text) {

    /** Instructions among which ONNX Runtime's kernels choose, by the kernel's names for them. */
    private static final Set<String> INSTRUCTIONS =
            Set.of(
                    "avx",
                    "avx2",
                    "fma",
                    "f16c",
                    "avx_vnni",
                    "avx512f",
                    "avx512dq",
                    "avx512bw",
                    "avx512vl",
                    "avx512_vnni",
                    "avx512_bf16",
                    "avx512_fp16",
                    "amx_tile",
                    "amx_int8",
                    "amx_bf16",
                    "asimd",
                    "asimddp",
                    "asimdhp",
                    "bf16",
                    "i8mm",
                    "sve");

    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final Path GPUS = Path.of("/proc/driver/nvidia/gpus");

    private static final Logger LOG = LoggerFactory.getLogger(NumericClass.class);
    private static final Map<Device, NumericClass> KNOWN = new HashMap<>();

    /**
     * The class of this process on {@code device}, which it tells its log. The native libraries
     * must have been started, and a model opened, so that what its device needs is loaded.
     *
     * @throws IOException if the machine does not say what it is
     */
    public static synchronized NumericClass of(Device device) throws IOException {
        NumericClass known = KNOWN.get(device);
        if (known == null) {
            Set<String> cpu = instructions(Files.readAllLines(CPU));
            known = of(device, NativeLibraries.loaded(), cpu, gpus(device));
            KNOWN.put(device, known);
            LOG.info(
                    "on {} answers are of the numeric class {}:\n{}",
                    device,
                    known.id(),
                    known.text);
        }
        return known;
    }

    static NumericClass of(
            Device device, Map<String, String> libraries, Set<String> cpu, Set<String> gpus) {
        StringBuilder text = new StringBuilder();
        line(text, "runtime", "onnxruntime");
        libraries.forEach((name, sha256) -> line(text, "sha256." + name, sha256));
        line(text, "provider", device.provider().name().toLowerCase(Locale.ROOT));
        line(text, "gpu", String.join(",", gpus));
        line(text, "instructions", String.join(",", cpu));
        line(text, "precision", "float32");
        line(text, "optimization", "all");
        line(text, "pooling", "float64");
        return new NumericClass(text.toString());
    }

    /** keccak256 of the text in UTF-8, 0x-hex of 32 bytes: what outcomes carry. */
    public String id() {
        return Hex.encode(Keccak.hashUtf8(text));
    }

    /** Those of every core, of what {@code /proc/cpuinfo} says. */
    static Set<String> instructions(List<String> cpuinfo) {
        return cpuinfo.stream()
                .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                .map(
                        line ->
                                Stream.of(
                                                line.substring(line.indexOf(':') + 1)
                                                        .trim()
                                                        .split("\\s+"))
                                        .filter(INSTRUCTIONS::contains)
                                        .collect(Collectors.toCollection(TreeSet::new)))
                .reduce(
                        (one, other) -> {
                            one.retainAll(other);
                            return one;
                        })
                .orElseGet(TreeSet::new);
    }

    /** Names of the models of the machine's GPUs, as the driver tells them; none for the CPU. */
    private static Set<String> gpus(Device device) throws IOException {
        Set<String> models = new TreeSet<>();
        if (device.provider() == Device.Provider.CPU) {
            return models;
        }
        try (Stream<Path> gpus = Files.list(GPUS)) {
            for (Path gpu : (Iterable<Path>) gpus::iterator) {
                for (String line : Files.readAllLines(gpu.resolve("information"))) {
                    if (line.startsWith("Model:")) {
                        models.add(line.substring("Model:".length()).trim());
                    }
                }
            }
        } catch (NoSuchFileException e) {
            throw new IOException("there is no driver of NVIDIA on this machine (" + GPUS + ")", e);
        }
        return models;
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append('=').append(value).append('\n');
    }
}
