package io.millrace.audit;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

/** Alters one component of a record, whatever the record is. */
final class Records {

    private Records() {}

    /** A copy of {@code record} with {@code component} replaced. */
    static <R extends Record> R with(R record, String component, Object value) {
        @SuppressWarnings("unchecked") // getClass of an R is a Class of R: records are final
        Class<R> type = (Class<R>) record.getClass();
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        boolean found = false;
        try {
            for (int i = 0; i < components.length; i++) {
                boolean replaced = components[i].getName().equals(component);
                found |= replaced;
                values[i] = replaced ? value : components[i].getAccessor().invoke(record);
            }
            if (!found) {
                throw new IllegalArgumentException(type + " has no component " + component);
            }
            Constructor<R> constructor =
                    type.getDeclaredConstructor(
                            Arrays.stream(components)
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot alter " + component + " of " + record, e);
        }
    }

    /** Alters the element at {@code index} of {@code list}, counted from the end if negative. */
    static <R extends Record> void alter(
            List<? super R> list, Class<R> type, int index, String component, Object value) {
        int at = index < 0 ? list.size() + index : index;
        list.set(at, with(type.cast(list.get(at)), component, value));
    }
}
