package io.millrace.job.strimzi;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Strimzi's definitions of its kinds say beyond the types of its classes, which is in
 * annotations whose own classes no package has: they are read from the class files.
 *
 * <p>The classes keep whatever they do not know, and leave defaults out when they are written; a
 * cluster's API keeps neither to itself, so both are switched off here.
 */
final class Definition extends JacksonAnnotationIntrospector {

    private static final long serialVersionUID = 1;
    private static final String ANNOTATIONS = "io.strimzi.crdgenerator.annotations.";

    private final String version;
    private final transient Map<Class<?>, JavaClass> read = new HashMap<>();

    /** Of one version of the API. */
    Definition(String version) {
        this.version = version;
    }

    /** What annotation {@code name} says of a property, if it has it. */
    Optional<Object> of(AnnotatedMember property, String name) {
        Member member = property.getMember();
        if (!(member instanceof Method method)) {
            return Optional.empty();
        }
        return read.computeIfAbsent(method.getDeclaringClass(), Definition::read)
                .tryGetMethod(method.getName(), method.getParameterTypes())
                .flatMap(found -> found.tryGetAnnotationOfType(ANNOTATIONS + name))
                .flatMap((JavaAnnotation<?> annotation) -> annotation.get("value"));
    }

    private static JavaClass read(Class<?> type) {
        return ArchConfiguration.withThreadLocalScope(
                (ArchConfiguration settings) -> {
                    settings.setResolveMissingDependenciesFromClassPath(false); // it alone
                    return new ClassFileImporter().importClass(type);
                });
    }

    @Override
    public boolean hasIgnoreMarker(AnnotatedMember member) {
        return super.hasIgnoreMarker(member)
                || of(member, "PresentInVersions")
                        .filter(
                                versions ->
                                        !List.of(versions.toString().split("[-,+]"))
                                                .contains(version))
                        .isPresent();
    }

    @Override
    public Boolean hasAnySetter(Annotated annotated) {
        return false;
    }

    @Override
    public Boolean hasAnyGetter(Annotated annotated) {
        return false;
    }

    @Override
    public JsonIgnoreProperties.Value findPropertyIgnoralByName(
            MapperConfig<?> config, Annotated annotated) {
        return JsonIgnoreProperties.Value.empty();
    }

    @Override
    public JsonInclude.Value findPropertyInclusion(Annotated annotated) {
        return JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS);
    }
}
