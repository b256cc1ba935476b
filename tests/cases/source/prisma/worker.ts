import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();
export async function run(tx, other) {
  await prisma.executorJob.create({ data: {} });
  await tx.executorJob.updateMany({ data: {} });
  await prisma.note.findMany();
  await other.shop.note.create({});
  await prisma.$queryRaw`SELECT * FROM executor_jobs WHERE id = ${id}`;
  await prisma.$executeRawUnsafe('DELETE FROM executor_jobs WHERE id = $1', id);
}
