package io.millrace.job.recover;

import io.millrace.job.JobArguments;
import io.millrace.job.JobConfig;
import java.io.PrintStream;
import java.util.Arrays;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.PluginUtils;

/**
 * Rebuilds the state of a job on any cluster: run from the job's jar with Flink's own on the
 * classpath, with the folder for the savepoint and then the arguments that the job is started with,
 * {@link JobArguments}. The job must be stopped. Prints the savepoint to start from.
 *
 * <p>Needs no running Flink; FLINK_CONF_DIR names the cluster's settings, for its parallelism and
 * file systems.
 */
public final class RecoverMain {

    private static final String USAGE =
            "usage: java -cp 'FLINK/lib/*:millrace-jobs.jar' io.millrace.job.recover.RecoverMain"
                    + " FOLDER [--config FILE,...] [--key value]..., with the options of the job";

    private RecoverMain() {}

    /** Exits with 0 once the savepoint is written. */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        if (args.length == 0 || args[0].startsWith("--")) {
            err.println(USAGE);
            return 2;
        }
        try {
            Configuration flink = GlobalConfiguration.loadConfiguration();
            FileSystem.initialize(flink, PluginUtils.createPluginManagerFromRootFolder(flink));
            String[] options = Arrays.copyOfRange(args, 1, args.length);
            JobConfig config =
                    JobConfig.fromMap(
                            JobArguments.parse(options),
                            flink.get(CoreOptions.DEFAULT_PARALLELISM));
            Recovery.run(config, args[0], err::println).lines().forEach(out::println);
            return 0;
        } catch (RecoverException | IllegalArgumentException e) {
            err.println(e.getMessage());
            return 1;
        } catch (Exception | LinkageError | VirtualMachineError e) {
            // Threads of Flink would hold a process that only its main thread has left.
            e.printStackTrace(err);
            return 1;
        }
    }
}
