package io.millrace.watch.figures;

/** Writes Prometheus's text format, every name after the same prefix. One thread. */
public final class FigureText {

    private final String prefix;
    private final StringBuilder text = new StringBuilder();

    /** Of names that begin with {@code prefix}. */
    public FigureText(String prefix) {
        this.prefix = prefix;
    }

    /** One number that may go up and down. */
    public FigureText gauge(String name, String help, Number value) {
        return head(name, help, "gauge").value(name, "", value);
    }

    /** One number that only rises, until the process ends. */
    public FigureText counter(String name, String help, Number value) {
        return head(name, help, "counter").value(name, "", value);
    }

    /** What it is and of which type, for the values that follow. */
    public FigureText head(String name, String help, String type) {
        text.append("# HELP ").append(prefix).append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(prefix).append(name).append(' ').append(type).append('\n');
        return this;
    }

    /**
     * One of its values.
     *
     * @param labels in braces, or empty
     */
    public FigureText value(String name, String labels, Number value) {
        text.append(prefix).append(name).append(labels).append(' ').append(value).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
