package io.millrace.infer.store;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models below one directory, {@code <models.dir>/<name>/manifest.json}, as far as this process
 * has verified them. One store a directory and process, which all tasks share.
 *
 * <p>Folders may come and change at any time: a model that is asked for and not known is looked
 * for, by a thread of the store's own and at most every {@value #LOOK_MILLIS} ms, however often it
 * is asked for. A folder is read when it is new or has changed, and never between. One that is not
 * what its manifest says may still be being copied: it is told once, and looked at again until it
 * stands still; then it is refused, which an error tells. What is refused is tried again after a
 * minute, and then ever more seldom: a disk or a memory that failed once need not fail for ever.
 *
 * <p>A model stays known when its folder goes, for it may be loaded; who fails to open it says so
 * ({@link #refuse}).
 *
 * <p>Threads: any. Only the store's own reads files, but for the stamps in {@code refuse}.
 */
public final class ModelStore {

    /** Between two looks, at least. */
    public static final long LOOK_MILLIS = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);
    private static final Map<Path, ModelStore> STORES = new ConcurrentHashMap<>();
    private static final long IDLE_SECONDS = 10; // until the thread ends; another one may start
    private static final long FIRST_PAUSE_SECONDS = 60;
    private static final long LONGEST_PAUSE_SECONDS = 3_600;

    /**
     * A folder as it was looked at last.
     *
     * @param stamp differs once a file was written, came or went
     * @param problem why it is no model; null if it is one
     * @param refused whether it had that problem when it stood still
     * @param refusals how often it was refused with this stamp
     * @param againNanos when it is tried again, if it is refused
     */
    private record Looked(
            String stamp,
            @Nullable String problem,
            boolean refused,
            int refusals,
            long againNanos) {

        static Looked good(String stamp, int refusals) {
            return new Looked(stamp, null, false, refusals, 0);
        }

        static Looked unsettled(String stamp, String problem) {
            return new Looked(stamp, problem, false, 0, 0);
        }

        /** Once more. */
        static Looked refused(String stamp, String problem, int refusals, long nowNanos) {
            long again = nowNanos + TimeUnit.SECONDS.toNanos(pauseSeconds(refusals));
            return new Looked(stamp, problem, true, refusals + 1, again);
        }

        private static long pauseSeconds(int refusals) {
            return Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS << Math.min(refusals, 10));
        }
    }

    private final Path modelsDir;
    private final LongSupplier nanoTime;
    private final Map<String, StoredModel> known = new ConcurrentHashMap<>();
    private final Map<Path, Looked> folders = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor looker;
    private boolean lookComes; // guarded by this
    private long lookedNanos;

    /**
     * Nothing is read yet.
     *
     * @param nanoTime what System.nanoTime is for the process's stores
     */
    ModelStore(Path modelsDir, LongSupplier nanoTime) {
        this.modelsDir = modelsDir;
        this.nanoTime = nanoTime;
        this.lookedNanos = nanoTime.getAsLong() - TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
        this.looker =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, "models " + modelsDir);
                            thread.setDaemon(true);
                            return thread;
                        });
        looker.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        looker.allowCoreThreadTimeOut(true);
    }

    /** The process's store of {@code modelsDir}. */
    public static ModelStore of(Path modelsDir) {
        return STORES.computeIfAbsent(
                modelsDir.toAbsolutePath().normalize(),
                directory -> new ModelStore(directory, System::nanoTime));
    }

    /**
     * Looks now, also at folders that were refused, and returns when all of them are read.
     *
     * @return the models that are known then, by id
     * @throws IOException if the directory cannot be listed
     */
    public List<ModelManifest> look() throws IOException {
        try {
            looker.submit(
                            () -> {
                                folders.values().removeIf(Looked::refused);
                                boolean unsettled = readAll(false);
                                looked();
                                if (unsettled) {
                                    lookIn(LOOK_MILLIS);
                                }
                                return unsettled;
                            })
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while models are read");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause
                    ? cause
                    : new IOException("the models below " + modelsDir + " cannot be read", e);
        }
        return known.values().stream()
                .map(StoredModel::manifest)
                .sorted(Comparator.comparing(ModelManifest::id))
                .toList();
    }

    /** The model with this id; null if it is not known, then it is looked for soon. */
    public @Nullable StoredModel find(String id) {
        StoredModel model = known.get(id);
        if (model == null && mayLook()) {
            lookIn(0);
        }
        return model;
    }

    /**
     * The model with this id, which is looked for at once if it is not known.
     *
     * @throws IllegalArgumentException if it is not in the directory
     */
    public StoredModel require(String id) throws IOException {
        StoredModel model = known.get(id);
        if (model == null) {
            Collection<ModelManifest> models = look();
            model = known.get(id);
            if (model == null) {
                throw new IllegalArgumentException(
                        "model %s is not below %s, which has %s; put its folder there"
                                .formatted(
                                        id,
                                        modelsDir,
                                        models.stream().map(ModelManifest::id).toList()));
            }
        }
        return model;
    }

    /** A model cannot be opened: it is as if it were not there until it is tried again. */
    public void refuse(String id, Throwable cause) {
        StoredModel model = known.remove(id);
        if (model == null) {
            return; // another task has said so
        }
        Path directory = model.directory();
        String again = "";
        if (known.values().stream().map(StoredModel::directory).noneMatch(directory::equals)) {
            String stamp = stamp(directory);
            Looked before = folders.get(directory);
            int refusals = before == null || !before.stamp.equals(stamp) ? 0 : before.refusals;
            Looked now =
                    Looked.refused(
                            stamp,
                            "it does not open: " + told(cause),
                            refusals,
                            nanoTime.getAsLong());
            folders.put(directory, now);
            again = "in %d s, ".formatted(Looked.pauseSeconds(refusals));
        }
        LOG.error(
                "model {} in {} is refused: it does not open. It is as if it were not there until"
                        + " it is tried again, {}once its folder changes or when the job restarts",
                id,
                directory,
                again,
                cause);
    }

    /** Folders that are refused. */
    public int refused() {
        return (int) folders.values().stream().filter(Looked::refused).count();
    }

    private synchronized boolean mayLook() {
        return nanoTime.getAsLong() - lookedNanos >= TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
    }

    private synchronized void looked() {
        lookedNanos = nanoTime.getAsLong();
    }

    private synchronized void lookIn(long millis) {
        if (!lookComes) {
            lookComes = true;
            var unused = looker.schedule(this::lookAgain, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void lookAgain() {
        boolean unsettled = false;
        try {
            unsettled = readAll(mayLook());
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} cannot be listed: models that are known go on", modelsDir, e);
        } finally {
            synchronized (this) { // or who asks in between has it look again at once
                looked();
                lookComes = false;
            }
        }
        if (unsettled) {
            lookIn(LOOK_MILLIS);
        }
    }

    /**
     * Reads what has changed.
     *
     * @param refusing whether the last look was long enough ago for a folder to stand still
     * @return whether a folder may still be being copied
     */
    private boolean readAll(boolean refusing) throws IOException {
        List<Path> directories = StoredModel.directories(modelsDir);
        folders.keySet().retainAll(directories);
        boolean unsettled = false;
        for (Path directory : directories) {
            Looked looked = look(directory, folders.get(directory), refusing);
            folders.put(directory, looked);
            unsettled |= looked.problem != null && !looked.refused;
        }
        return unsettled;
    }

    private Looked look(Path directory, @Nullable Looked before, boolean refusing) {
        String stamp = stamp(directory);
        boolean stands = before != null && before.stamp.equals(stamp);
        if (before != null && stands && !isDue(before)) {
            boolean settled = before.problem == null || before.refused;
            return settled || !refusing ? before : refused(directory, before);
        }
        int refusals = before != null && stands ? before.refusals : 0;
        try {
            StoredModel model = StoredModel.read(directory);
            if (known.put(model.manifest().id(), model) == null) {
                LOG.info(
                        "model {} {} is in {}",
                        model.manifest().name(),
                        model.manifest().id(),
                        directory);
            }
            return Looked.good(stamp, refusals);
        } catch (IOException | RuntimeException e) {
            String problem = told(e);
            if (refusals > 0) { // an error has told it
                return Looked.refused(stamp, problem, refusals, nanoTime.getAsLong());
            }
            if (before == null || before.problem == null) {
                LOG.warn(
                        "{} is not, or not yet, what its manifest says: {}; it is looked at again"
                                + " until it stands still",
                        directory,
                        problem);
            }
            return Looked.unsettled(stamp, problem);
        }
    }

    private boolean isDue(Looked looked) {
        return looked.refused && nanoTime.getAsLong() - looked.againNanos >= 0;
    }

    private Looked refused(Path directory, Looked before) {
        String problem = requireNonNull(before.problem);
        LOG.error(
                "{} is refused as a model: {}. It is looked at again once it changes, and seldom"
                        + " until then",
                directory,
                problem);
        return Looked.refused(before.stamp, problem, before.refusals, nanoTime.getAsLong());
    }

    private static String told(Throwable cause) {
        return cause instanceof NoSuchFileException missing
                ? missing.getFile() + " is missing"
                : String.valueOf(cause.getMessage());
    }

    /** Sizes and times of its files. */
    private static String stamp(Path directory) {
        StringBuilder stamp = new StringBuilder();
        for (String name :
                List.of(
                        ModelManifest.FILE,
                        ModelManifest.MODEL_FILE,
                        ModelManifest.TOKENIZER_FILE)) {
            try {
                stamp.append(
                        Files.readAttributes(
                                directory.resolve(name), "size,lastModifiedTime,fileKey"));
            } catch (IOException e) {
                stamp.append('-'); // it is not there, or cannot be read: neither can it be later
            }
        }
        return stamp.toString();
    }
}
