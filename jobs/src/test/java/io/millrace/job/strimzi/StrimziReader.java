package io.millrace.job.strimzi;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Reads objects with the classes that Strimzi's own operators read them with, and refuses what a
 * cluster with Strimzi's definitions refuses or drops: fields that there are not in the API's
 * version, values of another type, names of no choice, what is required and missing, numbers and
 * names out of bounds. Rules between fields (CEL) are not here.
 */
final class StrimziReader {

    private static final String GROUP = "kafka.strimzi.io/";
    private static final Map<String, Class<?>> KINDS =
            Map.of(
                    "Kafka", Kafka.class,
                    "KafkaNodePool", KafkaNodePool.class,
                    "KafkaTopic", KafkaTopic.class,
                    "KafkaUser", KafkaUser.class);

    private final String version;
    private final JsonMapper mapper;

    /** Of one version of the API. */
    StrimziReader(String version) {
        this.version = version;
        Definition definition = new Definition(version);
        JsonMapper.Builder builder =
                JsonMapper.builder()
                        .annotationIntrospector(definition)
                        .addModule(
                                new SimpleModule().setDeserializerModifier(new Bounds(definition)))
                        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .enable(DeserializationFeature.FAIL_ON_IGNORED_PROPERTIES)
                        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS);
        for (CoercionInputShape shape :
                List.of(
                        CoercionInputShape.Boolean,
                        CoercionInputShape.Integer,
                        CoercionInputShape.Float)) {
            builder.withCoercionConfig(
                    LogicalType.Textual, text -> text.setCoercion(shape, CoercionAction.Fail));
        }
        mapper = builder.build();
    }

    /** What is wrong with {@code object}; nothing if a cluster takes it as it is. */
    List<String> problems(ObjectNode object) {
        Class<?> kind = KINDS.get(object.path("kind").asText());
        if (kind == null || !object.path("apiVersion").asText().equals(GROUP + version)) {
            return List.of(
                    "%s of %s is no kind of %s%s"
                            .formatted(
                                    object.path("kind").asText(),
                                    object.path("apiVersion").asText(),
                                    GROUP,
                                    version));
        }
        List<String> problems = new ArrayList<>();
        ObjectNode body = object.deepCopy();
        body.remove("apiVersion"); // the classes are of all versions, and name the one stored
        try {
            lost("", body, mapper.valueToTree(mapper.treeToValue(body, kind)), problems);
        } catch (JsonMappingException e) {
            problems.add(e.getPathReference() + ": " + e.getOriginalMessage());
        } catch (IOException e) {
            problems.add(e.toString());
        }
        return problems;
    }

    /**
     * What was given and is not there once it was read: a choice of an unknown name is forgotten.
     */
    private static void lost(String path, JsonNode given, JsonNode read, List<String> problems) {
        if (given.isContainerNode()) {
            given.properties()
                    .forEach(
                            field ->
                                    lost(
                                            path + "/" + field.getKey(),
                                            field.getValue(),
                                            read.path(field.getKey()),
                                            problems));
            for (int i = 0; given.isArray() && i < given.size(); i++) {
                lost(path + "/" + i, given.get(i), read.path(i), problems);
            }
        } else if (!given.asText().equals(read.asText())) {
            problems.add("%s: %s is read as %s".formatted(path, given, read));
        }
    }

    /** Holds each object that was read to what is said of its properties. */
    private static final class Bounds extends BeanDeserializerModifier {

        private static final long serialVersionUID = 1;
        private final transient Definition definition;

        Bounds(Definition definition) {
            this.definition = definition;
        }

        @Override
        public JsonDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> reader) {
            return bean.getBeanClass().getName().startsWith("io.strimzi.")
                            && !bean.getBeanClass().isEnum()
                    ? new Bounded(reader, bean, definition)
                    : reader;
        }
    }

    private static final class Bounded extends DelegatingDeserializer {

        private static final long serialVersionUID = 1;
        private final transient BeanDescription bean;
        private final transient Definition definition;

        Bounded(JsonDeserializer<?> reader, BeanDescription bean, Definition definition) {
            super(reader);
            this.bean = bean;
            this.definition = definition;
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> reader) {
            return new Bounded(reader, bean, definition);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            Object read = super.deserialize(parser, context);
            for (BeanPropertyDefinition property : bean.findProperties()) {
                if (property.getGetter() != null) {
                    String problem = problem(property, property.getGetter().getValue(read));
                    if (!problem.isEmpty()) {
                        context.reportInputMismatch(this, "%s %s", property.getName(), problem);
                    }
                }
            }
            return read;
        }

        private String problem(BeanPropertyDefinition property, Object value) {
            if (value == null) {
                return property.isRequired() ? "is required and missing" : "";
            }
            if (value instanceof Number number) {
                long is = number.longValue();
                long least = bound(property, "Minimum", Long.MIN_VALUE);
                long most = bound(property, "Maximum", Long.MAX_VALUE);
                return is < least
                        ? is + " is below " + least
                        : is > most ? is + " is above " + most : "";
            }
            if (value instanceof Collection<?> items) {
                long least = bound(property, "MinimumItems", 0);
                return items.size() < least ? "has fewer than " + least : "";
            }
            String pattern = definition.of(property.getGetter(), "Pattern").orElse(".*").toString();
            return value instanceof String text && !text.matches(pattern)
                    ? "'" + text + "' is not as " + pattern
                    : "";
        }

        private long bound(BeanPropertyDefinition property, String name, long otherwise) {
            return definition
                    .of(property.getGetter(), name)
                    .map(value -> ((Number) value).longValue())
                    .orElse(otherwise);
        }
    }
}
