package io.millrace.local.pages;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.millrace.metrics.Metric;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Every metric that the engine's code declares. */
public final class EngineMetrics {

    static final JavaClasses ENGINE =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages(
                            "io.millrace.admit",
                            "io.millrace.chain",
                            "io.millrace.infer",
                            "io.millrace.job",
                            "io.millrace.meter",
                            "io.millrace.metrics",
                            "io.millrace.settle");

    private EngineMetrics() {}

    /** By the names of their classes, in the order in which these declare them. */
    public static List<Metric> all() throws IllegalAccessException {
        List<Metric> metrics = new ArrayList<>();
        for (Class<?> owner :
                constants().stream()
                        .map(JavaField::getOwner)
                        .map(JavaClass::reflect)
                        .distinct()
                        .sorted(Comparator.comparing(Class::getName))
                        .toList()) {
            for (Field field : Arrays.asList(owner.getDeclaredFields())) {
                if (field.getType() == Metric.class) {
                    field.setAccessible(true);
                    metrics.add((Metric) field.get(null));
                }
            }
        }
        return metrics;
    }

    static List<JavaField> constants() {
        return ENGINE.stream()
                .flatMap(type -> type.getFields().stream())
                .filter(field -> field.getRawType().isEquivalentTo(Metric.class))
                .toList();
    }
}
