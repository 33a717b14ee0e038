package io.millrace.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs the tests named as arguments, Class#method, and prints for each whether it failed. */
final class CitedTests {

    static final String FAILED = "cited test failed: ";
    static final String PASSED = "cited test passed: ";

    private CitedTests() {}

    /** In a process of its own, whose class path decides which code is tested. */
    public static void main(String[] tests) throws ClassNotFoundException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String test : tests) {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(methods(test))
                                    .build(),
                            listener);
            TestExecutionSummary summary = listener.getSummary();
            out.println((summary.getTotalFailureCount() > 0 ? FAILED : PASSED) + test);
        }
        // Threads that a broken test left behind must not keep this process.
        System.exit(0);
    }

    /** Its methods of that name, whatever they take; none is an error. */
    static List<DiscoverySelector> methods(String test) throws ClassNotFoundException {
        String[] parts = test.split("#", 2);
        Class<?> type = Class.forName(parts[0]);
        List<DiscoverySelector> found = new ArrayList<>();
        for (Method method : type.getDeclaredMethods()) {
            if (method.getName().equals(parts[1])) {
                found.add(selectMethod(type, method));
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no test " + test);
        }
        return found;
    }
}
