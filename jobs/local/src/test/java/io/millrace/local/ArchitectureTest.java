package io.millrace.local;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The allowed arrows: stages import leftwards only, and each outside library has one home. */
@AnalyzeClasses(packages = "io.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    private static final List<String> STAGES =
            List.of("admit", "allocate", "infer", "inspect", "meter", "settle");

    /** The modules below {@code jobs}. */
    private static final String[] JOBS = {
        "io.millrace.job..",
        "io.millrace.audit..",
        "io.millrace.client..",
        "io.millrace.page..",
        "io.millrace.watch..",
        "io.millrace.local.."
    };

    @ArchTest static final ArchRule STAGES_IMPORT_LEFTWARDS = leftwards();

    @ArchTest
    static final ArchRule NO_CIRCLE_OF_STAGES_AND_MODULES =
            slices().matching("io.millrace.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NO_CIRCLE_OF_PACKAGES =
            slices().matching("io.millrace.(**)").should().beFreeOfCycles();

    /** Classes that know each other can only be read together. Nested ones are their file's. */
    @ArchTest
    static final ArchRule NO_CIRCLE_OF_FILES =
            slices().assignedFrom(new Files())
                    .should()
                    .beFreeOfCycles()
                    // Flink finds the type information of a type by an annotation on it.
                    .ignoreDependency(
                            "io.millrace.chain.VaultEvent",
                            "io.millrace.chain.VaultEventTypeInfo$Factory");

    /** So that a folder can be taken in at one look. */
    @ArchTest
    static void package_holdsFewFiles(JavaClasses classes) {
        Map<String, Set<String>> filesByPackage =
                classes.stream()
                        .collect(
                                groupingBy(
                                        JavaClass::getPackageName,
                                        mapping(Files::fileOf, toSet())));
        assertThat(filesByPackage)
                .allSatisfy(
                        (name, files) -> assertThat(files).as(name).hasSizeLessThanOrEqualTo(35));
    }

    @ArchTest
    static final ArchRule CHAIN_KNOWS_NO_STAGE =
            noClasses()
                    .that()
                    .resideInAPackage("io.millrace.chain..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            STAGES.stream()
                                    .map(stage -> "io.millrace." + stage + "..")
                                    .toArray(String[]::new));

    @ArchTest
    static final ArchRule RECORDS_OF_THE_CHAIN_KNOW_NONE_OF_ITS_ROOMS =
            knowsNothingOf("io.millrace.chain", "io.millrace.chain.*..");

    @ArchTest
    static final ArchRule RPC_KNOWS_NO_OTHER_ROOM =
            knowsNothingOf(
                    "io.millrace.chain.rpc..",
                    "io.millrace.chain.event..",
                    "io.millrace.chain.provider..",
                    "io.millrace.chain.submit..");

    @ArchTest
    static final ArchRule PROVIDER_KNOWS_NEITHER_EVENT_NOR_SUBMIT =
            knowsNothingOf(
                    "io.millrace.chain.provider..",
                    "io.millrace.chain.event..",
                    "io.millrace.chain.submit..");

    @ArchTest
    static final ArchRule EVENT_AND_SUBMIT_ARE_STRANGERS =
            strangers("io.millrace.chain.event..", "io.millrace.chain.submit..");

    @ArchTest
    static final ArchRule STAGES_KNOW_OF_THE_CHAIN_ITS_RECORDS_ALONE =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            STAGES.stream()
                                    .map(stage -> "io.millrace." + stage + "..")
                                    .toArray(String[]::new))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.millrace.chain.*..");

    @ArchTest
    static final ArchRule ADMIT_AND_ITS_GATE_ARE_STRANGERS =
            strangers("io.millrace.admit", "io.millrace.admit.gate..");

    @ArchTest
    static final ArchRule ADMIT_AND_ITS_CLOCK_ARE_STRANGERS =
            strangers("io.millrace.admit", "io.millrace.admit.clock..");

    @ArchTest
    static final ArchRule UNIT_IMPORTS_NOTHING_OF_OURS_NOR_FLINK =
            noClasses()
                    .that()
                    .resideInAPackage("io.millrace.unit..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.millrace.chain..",
                            "io.millrace.admit..",
                            "io.millrace.infer..",
                            "io.millrace.meter..",
                            "io.millrace.settle..",
                            "io.millrace.job..",
                            "io.millrace.audit..",
                            "io.millrace.local..",
                            "org.apache.flink..");

    @ArchTest
    static final ArchRule OPERATORS_KNOW_NO_JOB =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(JOBS)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.millrace.job..",
                            "io.millrace.audit..",
                            "io.millrace.local..",
                            "org.apache.kafka..",
                            "org.apache.flink.connector.kafka..");

    @ArchTest
    static final ArchRule DJL_ONLY_IN_INFER =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.millrace.infer..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("ai.djl..", "ai.onnxruntime..");

    @ArchTest
    static final ArchRule WEB3J_ONLY_IN_CHAIN_AND_THE_TOOLS =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "io.millrace.chain..",
                            "io.millrace.contracts..",
                            "io.millrace.audit..",
                            "io.millrace.client..",
                            "io.millrace.page..",
                            "io.millrace.watch..",
                            "io.millrace.local..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.web3j..", "io.millrace.contracts..");

    @ArchTest
    static final ArchRule CORE_WITHOUT_FLINK =
            noClasses()
                    .that()
                    .haveSimpleNameStartingWith("MerkleSumTree")
                    .or()
                    .haveSimpleName("ReceiptLeaf")
                    .or()
                    .haveSimpleName("RequestCodec")
                    .or()
                    .haveSimpleName("RequestSignature")
                    .or()
                    .haveSimpleName("BatchScheduler")
                    .or()
                    .haveSimpleName("EpochSubmitter")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.apache.flink..");

    @ArchTest
    static final ArchRule ENVIRONMENT_ONLY_IN_JOBS =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(JOBS)
                    .should()
                    .callMethod(System.class, "getenv", String.class)
                    .orShould()
                    .callMethod(System.class, "getenv");

    @ArchTest
    static final ArchRule JOB_KNOWS_NEITHER_AUDIT_NOR_LOCAL =
            noClasses()
                    .that()
                    .resideInAPackage("io.millrace.job..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.millrace.audit..", "io.millrace.local..");

    @ArchTest
    static final ArchRule AUDIT_SHARES_NOTHING_WITH_THE_ENGINE =
            noClasses()
                    .that()
                    .resideInAPackage("io.millrace.audit..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("io.millrace..")
                                    .and(resideOutsideOfPackage("io.millrace.audit..")));

    @ArchTest
    static final ArchRule CLIENT_KNOWS_THE_AUDIT_ALONE = knowsTheAuditAlone("io.millrace.client..");

    @ArchTest
    static final ArchRule PAGE_KNOWS_THE_AUDIT_ALONE = knowsTheAuditAlone("io.millrace.page..");

    /** Who shares its code with the settler repeats the settler's mistakes. */
    @ArchTest
    static final ArchRule WATCHER_KNOWS_AUDIT_AND_CONTRACTS_ALONE =
            noClasses()
                    .that()
                    .resideInAPackage("io.millrace.watch..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("io.millrace..")
                                    .and(
                                            resideOutsideOfPackages(
                                                    "io.millrace.watch..",
                                                    "io.millrace.audit..",
                                                    "io.millrace.contracts..")));

    private static ArchRule knowsTheAuditAlone(String module) {
        return noClasses()
                .that()
                .resideInAPackage(module)
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.millrace..")
                                .and(resideOutsideOfPackages(module, "io.millrace.audit..")));
    }

    private static ArchRule strangers(String one, String other) {
        return CompositeArchRule.of(knowsNothingOf(one, other)).and(knowsNothingOf(other, one));
    }

    private static ArchRule knowsNothingOf(String one, String... others) {
        return noClasses()
                .that()
                .resideInAPackage(one)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others);
    }

    private static ArchRule leftwards() {
        CompositeArchRule rules = CompositeArchRule.of(importsNothingRightOf(0));
        for (int stage = 1; stage < STAGES.size() - 1; stage++) {
            rules = rules.and(importsNothingRightOf(stage));
        }
        return requireNonNull(rules, "no stages");
    }

    private static ArchRule importsNothingRightOf(int stage) {
        String[] right =
                STAGES.subList(stage + 1, STAGES.size()).stream()
                        .map(name -> "io.millrace." + name + "..")
                        .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage("io.millrace." + STAGES.get(stage) + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(right)
                .allowEmptyShould(true);
    }

    /** A slice a source file: a class with all that is nested in it. */
    private static final class Files implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith("io.millrace")
                    ? SliceIdentifier.of(fileOf(type))
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "files";
        }

        static String fileOf(JavaClass type) {
            return type.getName().replaceFirst("\\$.*", "");
        }
    }
}
