# The watcher: components/watch runs it. Build context: what assemble.mjs watch FOLDER leaves (see ../README.md, "The images").
FROM eclipse-temurin:17-jre

COPY millrace-watch.jar /opt/millrace/watch/millrace-watch.jar

USER 9999:9999
# The heap follows the container's limit; RocksDB's memory lies beside it.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "-jar", "/opt/millrace/watch/millrace-watch.jar"]
