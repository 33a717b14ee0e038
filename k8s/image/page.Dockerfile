# The settlement page: components/page runs it. Build context: what assemble.mjs page FOLDER leaves (see ../README.md, "The images").
FROM eclipse-temurin:17-jre

COPY millrace-page.jar /opt/millrace/page/millrace-page.jar

USER 9999:9999
# The heap follows the container's limit; what grows with a deployment is on disk.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=50", "-XX:+ExitOnOutOfMemoryError", "-jar", "/opt/millrace/page/millrace-page.jar"]
